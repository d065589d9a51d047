//! The index for endpoints that fit in `WORDS` × 64 bits.

use std::collections::VecDeque;
use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashMap;

/// The map is many: growing copies one part at a time, so memory never doubles. With this many parts
/// 64 endpoints × 31 250 blocks just fit under the fill limit of 2^17 buckets each.
const PARTS: usize = 18;

/// Blocks that are spared in one removal before one is removed anyway: bounds what a request pays.
const MOST_SPARED: usize = 64;

/// Removals that one insertion pays for when a capacity has shrunk.
const MOST_REMOVED: usize = 4;

/// Keys are hashes already.
#[derive(Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

type Part<const WORDS: usize> = HashMap<u64, Entry<WORDS>, BuildHasherDefault<Identity>>;

#[derive(Debug, Clone, Copy)]
struct Entry<const WORDS: usize> {
    held: [u64; WORDS],
    used: [u64; WORDS],
}

impl<const WORDS: usize> Entry<WORDS> {
    const EMPTY: Self = Self {
        held: [0; WORDS],
        used: [0; WORDS],
    };
}

#[derive(Debug)]
pub struct Table<const WORDS: usize> {
    parts: Vec<Part<WORDS>>,
    /// Keys that each slot holds, the next to be removed in front.
    queues: Vec<VecDeque<u64>>,
}

/// Which part a key is in: by bits that the map itself uses neither for buckets nor for tags.
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
        let widen = |narrow: [u64; WORDS]| {
            let mut wide = [0; MORE];
            wide.iter_mut()
                .zip(narrow)
                .for_each(|(to, from)| *to = from);
            wide
        };
        let mut table = Table::new(0);
        table.queues = std::mem::take(&mut self.queues);
        for (from, to) in self.parts.iter_mut().zip(&mut table.parts) {
            *to = std::mem::take(from)
                .into_iter()
                .map(|(key, entry)| {
                    let held = widen(entry.held);
                    let used = widen(entry.used);
                    (key, Entry { held, used })
                })
                .collect();
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
            let Some(entry) = self.parts[part_of(*key)].get(key) else {
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
            let entry = self.parts[part_of(*key)]
                .entry(*key)
                .or_insert(Entry::EMPTY);
            if entry.held[word] & bit != 0 {
                entry.used[word] |= bit;
                continue;
            }
            entry.held[word] |= bit;
            entry.used[word] &= !bit;
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
            let Some(entry) = part.get_mut(&key) else {
                return;
            };
            if entry.used[word] & bit != 0 && spared < MOST_SPARED {
                entry.used[word] &= !bit;
                self.queues[slot].push_back(key);
                continue;
            }
            forget(part, key, word, bit);
            return;
        }
    }

    pub fn purge(&mut self, slot: usize) {
        let Some(queue) = self.queues.get_mut(slot) else {
            return;
        };
        let (word, bit) = (slot / 64, 1_u64 << (slot % 64));
        for key in std::mem::take(queue) {
            forget(&mut self.parts[part_of(key)], key, word, bit);
        }
    }

    pub fn held(&self, slot: usize) -> usize {
        self.queues.get(slot).map_or(0, VecDeque::len)
    }

    pub fn len(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }

    pub fn footprint(&self) -> usize {
        let parts: usize = self.parts.iter().map(HashMap::allocation_size).sum();
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

fn forget<const WORDS: usize>(part: &mut Part<WORDS>, key: u64, word: usize, bit: u64) {
    if let Some(entry) = part.get_mut(&key) {
        entry.held[word] &= !bit;
        entry.used[word] &= !bit;
        if entry.held == [0; WORDS] {
            part.remove(&key);
        }
    }
}
