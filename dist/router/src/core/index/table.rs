//! The index for endpoints that fit in `WORDS` × 64 bits.

use std::collections::VecDeque;

use super::part::Part;

/// The index is many parts: growing copies one at a time, so memory never doubles.
const PARTS: usize = 64;

/// Blocks that are spared in one removal before one is removed anyway: bounds what a request pays.
const MOST_SPARED: usize = 64;

/// Removals that one insertion pays for when a capacity has shrunk.
const MOST_REMOVED: usize = 4;

#[derive(Debug)]
pub struct Table<const WORDS: usize> {
    parts: Vec<Part<WORDS>>,
    /// Keys that each slot holds, the next to be removed in front.
    queues: Vec<VecDeque<u64>>,
}

/// Which part a key is in: by bits that do not decide its place there.
fn part_of(key: u64) -> usize {
    let middle = (key >> 24) & 0xffff_ffff;
    ((middle * PARTS as u64) >> 32) as usize
}

impl<const WORDS: usize> Table<WORDS> {
    pub fn new(slots: usize) -> Self {
        Self {
            parts: (0..PARTS).map(|_| Part::default()).collect(),
            queues: vec![VecDeque::new(); slots],
        }
    }

    /// The same content, for more endpoints. The old one is emptied part by part.
    pub fn widened<const MORE: usize>(&mut self) -> Table<MORE> {
        let mut table = Table::new(0);
        table.queues = std::mem::take(&mut self.queues);
        for (from, to) in self.parts.iter_mut().zip(&mut table.parts) {
            *to = std::mem::take(from).widened();
        }
        table
    }

    pub fn lookup(&self, keys: &[u64], slots: usize) -> Vec<u32> {
        let slots = slots.min(WORDS * 64);
        let mut matched = vec![0; slots];
        let mut live = [0_u64; WORDS];
        for slot in 0..slots {
            live[slot / 64] |= 1 << (slot % 64);
        }
        let mut depth = 0;
        for key in keys {
            let Some(entry) = self.parts[part_of(*key)].get(*key) else {
                break;
            };
            let mut any = 0;
            for (word, (live, held)) in live.iter_mut().zip(entry.held).enumerate() {
                let lost = *live & !held;
                *live &= held;
                any |= *live;
                note(&mut matched, word, lost, depth);
            }
            if any == 0 {
                return matched;
            }
            depth += 1;
        }
        for (word, bits) in live.into_iter().enumerate() {
            note(&mut matched, word, bits, depth);
        }
        matched
    }

    pub fn record(&mut self, slot: usize, keys: &[u64], capacity: usize) {
        if slot >= WORDS * 64 {
            return;
        }
        if self.queues.len() <= slot {
            self.queues.resize_with(slot + 1, VecDeque::new);
        }
        let (word, bit) = (slot / 64, 1_u64 << (slot % 64));
        // Last block first: so the last is the first to go.
        for key in keys.iter().rev() {
            if !self.parts[part_of(*key)].hold(*key, word, bit) {
                continue;
            }
            self.queues[slot].push_back(*key);
            for _ in 0..MOST_REMOVED {
                if self.queues[slot].len() <= capacity.max(1) {
                    break;
                }
                self.remove_one(slot);
            }
        }
    }

    fn remove_one(&mut self, slot: usize) {
        let (word, bit) = (slot / 64, 1_u64 << (slot % 64));
        for spared in 0.. {
            let Some(key) = self.queues[slot].pop_front() else {
                return;
            };
            let part = &mut self.parts[part_of(key)];
            let Some(entry) = part.get_mut(key) else {
                return;
            };
            if entry.used[word] & bit != 0 && spared < MOST_SPARED {
                entry.used[word] &= !bit;
                self.queues[slot].push_back(key);
                continue;
            }
            part.release(key, word, bit);
            return;
        }
    }

    pub fn purge(&mut self, slot: usize) {
        let Some(queue) = self.queues.get_mut(slot) else {
            return;
        };
        let (word, bit) = (slot / 64, 1_u64 << (slot % 64));
        for key in std::mem::take(queue) {
            self.parts[part_of(key)].release(key, word, bit);
        }
    }

    pub fn held(&self, slot: usize) -> usize {
        self.queues.get(slot).map_or(0, VecDeque::len)
    }

    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    pub fn footprint(&self) -> usize {
        let parts: usize = self.parts.iter().map(Part::footprint).sum();
        let queues: usize = self.queues.iter().map(VecDeque::capacity).sum();
        parts + queues * size_of::<u64>()
    }
}

fn note(matched: &mut [u32], word: usize, mut bits: u64, depth: u32) {
    while bits != 0 {
        let slot = word * 64 + bits.trailing_zeros() as usize;
        if let Some(each) = matched.get_mut(slot) {
            *each = depth;
        }
        bits &= bits - 1;
    }
}
