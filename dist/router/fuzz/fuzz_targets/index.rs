//! Any sequence of records, purges and widenings against sets that remember everything: the index finds
//! no more than that, and all of what it was told last when there is room; it never holds more than its
//! capacity nor more memory than that needs; purging empties it.

#![no_main]

use std::collections::{HashMap, HashSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use plimsoll_router::core::Index;

/// Bytes of 64 parts that hold next to nothing, in the wide form.
const EMPTY: usize = 64 * 128 * 136;
/// Bytes for each key that is held, at most: an entry of the wide form, gaps, and spare places.
const PLACE: usize = 3 * 136;
/// Bytes for each key that was ever recorded for a slot: its place in a queue that doubles.
const QUEUED: usize = 4 * 8;

#[derive(Debug, Arbitrary)]
enum Step<'a> {
    Record {
        slot: u8,
        keys: &'a [u8],
        capacity: u8,
    },
    Purge {
        slot: u8,
    },
    Widen,
    Lookup {
        keys: &'a [u8],
    },
}

/// Few different keys, spread as hashes are.
fn spread(keys: &[u8]) -> Vec<u64> {
    keys.iter()
        .map(|key| {
            u64::from(*key)
                .wrapping_add(1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
        .collect()
}

fuzz_target!(|steps: Vec<Step<'_>>| {
    let mut index = Index::default();
    let mut ever: HashMap<usize, HashSet<u64>> = HashMap::new();
    let (mut slots, mut most, mut told) = (64, 0, 0);
    for step in steps {
        match step {
            Step::Record {
                slot,
                keys,
                capacity,
            } => {
                let slot = usize::from(slot) % slots;
                let keys = spread(keys);
                told += keys.len();
                let held = index.held(slot);
                index.record(slot, &keys, capacity.into());
                assert!(index.held(slot) <= held.max(usize::from(capacity.max(1))));
                if held + keys.len() <= usize::from(capacity) {
                    assert_eq!(keys.len(), index.lookup(&keys, slots)[slot] as usize);
                }
                ever.entry(slot).or_default().extend(keys);
                most = most.max(index.len());
                assert!(index.footprint() <= EMPTY + PLACE * most + QUEUED * told);
            }
            Step::Purge { slot } => {
                let slot = usize::from(slot) % slots;
                index.purge(slot);
                ever.remove(&slot);
                assert_eq!(0, index.held(slot));
            }
            Step::Widen => {
                slots = 512;
                index.reserve(slots);
            }
            Step::Lookup { keys } => {
                let keys = spread(keys);
                for (slot, matched) in index.lookup(&keys, slots).into_iter().enumerate() {
                    let known = |key: &&u64| ever.get(&slot).is_some_and(|set| set.contains(key));
                    assert!(matched as usize <= keys.iter().take_while(known).count());
                }
            }
        }
    }
    (0..slots).for_each(|slot| index.purge(slot));
    assert!(index.is_empty());
});
