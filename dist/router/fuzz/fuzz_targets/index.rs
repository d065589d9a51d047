//! Any sequence of records, purges and widenings against sets that remember everything: the index finds
//! no more than that, never holds more than its capacity, and purging empties it.

#![no_main]

use std::collections::{HashMap, HashSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use plimsoll_router::core::Index;

#[derive(Debug, Arbitrary)]
enum Step {
    Record { slot: u8, keys: Vec<u8>, capacity: u8 },
    Purge { slot: u8 },
    Widen,
    Lookup { keys: Vec<u8> },
}

/// Few different keys, spread as hashes are.
fn spread(keys: &[u8]) -> Vec<u64> {
    keys.iter()
        .map(|key| u64::from(*key).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .collect()
}

fuzz_target!(|steps: Vec<Step>| {
    let mut index = Index::default();
    let mut ever: HashMap<usize, HashSet<u64>> = HashMap::new();
    let mut slots = 64;
    for step in steps {
        match step {
            Step::Record { slot, keys, capacity } => {
                let slot = usize::from(slot) % slots;
                let keys = spread(&keys);
                let held = index.held(slot);
                index.record(slot, &keys, capacity.into());
                ever.entry(slot).or_default().extend(keys);
                assert!(index.held(slot) <= held.max(usize::from(capacity.max(1))));
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
                let keys = spread(&keys);
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
