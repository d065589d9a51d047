use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use xxhash_rust::xxh64::xxh64;

use super::*;

fn keys(names: std::ops::Range<u64>) -> Vec<u64> {
    names.map(|name| xxh64(&name.to_le_bytes(), 0)).collect()
}

#[test]
fn the_longest_common_prefix_is_found_for_each_endpoint() {
    let mut index = Index::default();
    index.record(0, &keys(0..3), 100);
    index.record(2, &keys(0..5), 100);
    assert_eq!(vec![3, 0, 5, 0], index.lookup(&keys(0..8), 4));
}

#[test]
fn a_hole_ends_the_match() {
    let mut index = Index::default();
    index.record(0, &keys(1..4), 100);
    assert_eq!(vec![0], index.lookup(&keys(0..4), 1));
}

#[test]
fn the_least_recently_used_prompt_goes_first_and_its_end_before_its_start() {
    let mut index = Index::default();
    index.record(0, &keys(0..4), 8);
    index.record(0, &keys(10..14), 8);
    index.record(0, &keys(0..4), 8);
    index.record(0, &keys(20..22), 8);
    let actual = [0, 10, 20].map(|start| index.lookup(&keys(start..start + 4), 1)[0]);
    assert_eq!([4, 2, 2], actual);
    assert_eq!(8, index.held(0));
}

#[test]
fn capacities_are_each_endpoints_own() {
    let mut index = Index::default();
    index.record(0, &keys(0..100), 10);
    index.record(1, &keys(0..100), 50);
    assert_eq!(vec![10, 50], index.lookup(&keys(0..100), 2));
}

#[test]
fn a_slot_that_was_purged_holds_nothing_and_others_keep_theirs() {
    let mut index = Index::default();
    index.record(0, &keys(0..5), 100);
    index.record(1, &keys(0..3), 100);
    index.purge(0);
    assert_eq!(
        (vec![0, 3], 3, 0),
        (index.lookup(&keys(0..5), 2), index.len(), index.held(0))
    );
}

#[test]
fn more_than_64_endpoints_keep_what_was_known() {
    let mut index = Index::default();
    index.record(63, &keys(0..5), 100);
    index.reserve(512);
    index.record(511, &keys(0..2), 100);
    let matched = index.lookup(&keys(0..5), 512);
    assert_eq!((5, 2, 0), (matched[63], matched[511], matched[64]));
}

#[test]
fn full_for_64_endpoints_it_stays_below_85_megabytes_though_blocks_come_and_go() {
    let mut index = Index::default();
    for round in 0..2 {
        for slot in 0..64 {
            let start = (round * 64 + slot as u64) * 31_250;
            for prompt in 0..250 {
                let from = start + prompt * 125;
                index.record(slot, &keys(from..from + 125), 31_250);
            }
        }
    }
    assert_eq!(64 * 31_250, index.len());
    let megabytes = index.footprint() as f64 / 1e6;
    assert!(megabytes < 85.0, "{megabytes} MB");
}

/// The same rules, written down without any thought of speed.
#[derive(Default)]
struct Model {
    slots: BTreeMap<usize, VecDeque<(u64, bool)>>,
}

impl Model {
    fn record(&mut self, slot: usize, keys: &[u64], capacity: usize) {
        let queue = self.slots.entry(slot).or_default();
        for key in keys.iter().rev() {
            if let Some(known) = queue.iter_mut().find(|each| each.0 == *key) {
                known.1 = true;
                continue;
            }
            queue.push_back((*key, false));
            for _ in 0..4 {
                if queue.len() > capacity {
                    let mut spared = 0;
                    while queue[0].1 && spared < 64 {
                        queue[0].1 = false;
                        queue.rotate_left(1);
                        spared += 1;
                    }
                    queue.pop_front();
                }
            }
        }
    }

    fn lookup(&self, keys: &[u64], slots: usize) -> Vec<u32> {
        let holds = |slot: usize, key: &u64| {
            let queue = self.slots.get(&slot);
            queue.is_some_and(|queue| queue.iter().any(|each| each.0 == *key))
        };
        (0..slots)
            .map(|slot| keys.iter().take_while(|key| holds(slot, key)).count() as u32)
            .collect()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Record(usize, u64, u64, usize),
    Purge(usize),
    Widen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..64_usize, 0..40_u64, 0..12_u64, 1..20_usize)
            .prop_map(|(slot, start, length, capacity)| Step::Record(slot % 5, start, length, capacity)),
        1 => (0..5_usize).prop_map(Step::Purge),
        1 => Just(Step::Widen),
    ]
}

proptest! {
    #[test]
    fn it_does_what_the_plain_model_does(steps in proptest::collection::vec(step(), 0..80)) {
        let mut index = Index::default();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Record(slot, start, length, capacity) => {
                    let keys = keys(start..start + length);
                    index.record(slot, &keys, capacity);
                    model.record(slot, &keys, capacity);
                }
                Step::Purge(slot) => {
                    index.purge(slot);
                    model.slots.remove(&slot);
                }
                Step::Widen => index.reserve(65),
            }
            for start in [0, 7, 20] {
                let keys = keys(start..start + 12);
                prop_assert_eq!(model.lookup(&keys, 5), index.lookup(&keys, 5));
            }
        }
        (0..5).for_each(|slot| index.purge(slot));
        prop_assert!(index.is_empty());
    }
}
