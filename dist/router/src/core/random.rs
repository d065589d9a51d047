//! Random numbers that can be repeated: a counter, mixed (splitmix64). Threads share one without a lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A source of random numbers. The same seed gives the same numbers in the same order of calls.
#[derive(Debug)]
pub struct Random {
    state: AtomicU64,
}

impl Random {
    /// Start from a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }

    /// Any number.
    pub fn number(&self) -> u64 {
        mix(self.state.fetch_add(STEP, Relaxed).wrapping_add(STEP))
    }

    /// From 0 (included) to 1 (not).
    pub fn share(&self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to below `limit`; 0 if that is 0.
    pub fn below(&self, limit: usize) -> usize {
        within(self.number(), limit)
    }

    /// Put items in random order, all orders equally likely.
    pub fn shuffle<T>(&self, items: &mut [T]) {
        // One number from the shared counter, the others from it: threads meet there once.
        let mut state = self.number();
        for last in (1..items.len()).rev() {
            state = state.wrapping_add(STEP);
            items.swap(last, within(mix(state), last + 1));
        }
    }
}

fn mix(state: u64) -> u64 {
    let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn within(number: u64, limit: usize) -> usize {
    ((u128::from(number) * limit as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (one, two) = (Random::new(7), Random::new(7));
        let numbers = |random: &Random| [random.number(), random.number()];
        assert_eq!(numbers(&one), numbers(&two));
    }

    #[test]
    fn every_order_is_equally_likely() {
        let random = Random::new(1);
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut items = [0, 1, 2];
            random.shuffle(&mut items);
            *seen.entry(items).or_insert(0_u32) += 1;
        }
        assert!(
            seen.len() == 6 && seen.values().all(|count| (850..1150).contains(count)),
            "{seen:?}"
        );
    }
}
