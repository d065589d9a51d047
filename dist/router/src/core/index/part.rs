//! One part of the index: who holds which key, in the order of the keys' hashes, with gaps between.
//!
//! An index is full for hours, and each block that comes pushes one out. A table that marks what it
//! removed fills with marks and doubles; here the neighbours move into the gap, so that the memory of a
//! full index is what its entries need.

/// A part grows when more than these of 16 places are taken. Each block that comes or goes moves what stands
/// before the next gap: about 14 entries then, with 14 of 16 taken more than twice as many.
const MOST_TAKEN: usize = 13;

/// Places behind the last for what finds its own place taken.
const MOST_SPARE: usize = 256;

/// A key and a bit for each endpoint. An empty place is held by none.
#[derive(Debug, Clone, Copy)]
pub struct Entry<const WORDS: usize> {
    key: u64,
    pub held: [u64; WORDS],
    pub used: [u64; WORDS],
}

impl<const WORDS: usize> Entry<WORDS> {
    const EMPTY: Self = Self {
        key: 0,
        held: [0; WORDS],
        used: [0; WORDS],
    };

    fn is_empty(&self) -> bool {
        self.held == [0; WORDS]
    }

    fn widened<const MORE: usize>(&self) -> Entry<MORE> {
        let mut wide = Entry::EMPTY;
        wide.key = self.key;
        wide.held[..WORDS].copy_from_slice(&self.held);
        wide.used[..WORDS].copy_from_slice(&self.used);
        wide
    }
}

/// Taken places are in order, and between an entry and its own place there is no gap.
#[derive(Debug, Default)]
pub struct Part<const WORDS: usize> {
    places: Vec<Entry<WORDS>>,
    /// Places that entries call their own; behind them are spare ones.
    span: usize,
    taken: usize,
}

/// Keys are hashes already. Other bits choose the part.
fn order(key: u64) -> u64 {
    key & 0xffff_ffff
}

impl<const WORDS: usize> Part<WORDS> {
    pub fn len(&self) -> usize {
        self.taken
    }

    pub fn footprint(&self) -> usize {
        self.places.capacity() * size_of::<Entry<WORDS>>()
    }

    pub fn get(&self, key: u64) -> Option<&Entry<WORDS>> {
        let at = self.find(key).ok()?;
        self.places.get(at)
    }

    pub fn get_mut(&mut self, key: u64) -> Option<&mut Entry<WORDS>> {
        let at = self.find(key).ok()?;
        self.places.get_mut(at)
    }

    /// Note that an endpoint holds a key; whether that is new. What it held before was used again.
    pub fn hold(&mut self, key: u64, word: usize, bit: u64) -> bool {
        if let Some(entry) = self.get_mut(key) {
            if entry.held[word] & bit != 0 {
                entry.used[word] |= bit;
                return false;
            }
            entry.held[word] |= bit;
            entry.used[word] &= !bit;
            return true;
        }
        let mut entry = Entry::EMPTY;
        entry.key = key;
        entry.held[word] = bit;
        self.insert(entry);
        true
    }

    /// Note that an endpoint does not hold a key any more.
    pub fn release(&mut self, key: u64, word: usize, bit: u64) {
        let Ok(at) = self.find(key) else {
            return;
        };
        let entry = &mut self.places[at];
        entry.held[word] &= !bit;
        entry.used[word] &= !bit;
        if entry.is_empty() {
            self.close(at);
        }
    }

    /// The same content with room for more endpoints.
    pub fn widened<const MORE: usize>(&self) -> Part<MORE> {
        let entries = self.places.iter().filter(|each| !each.is_empty());
        Part::arranged(self.span, entries.map(Entry::widened))
    }

    fn home(&self, key: u64) -> usize {
        ((order(key) * self.span as u64) >> 32) as usize
    }

    /// Where a key is, or where it would have to be.
    fn find(&self, key: u64) -> Result<usize, usize> {
        let mut at = self.home(key);
        while let Some(entry) = self.places.get(at) {
            if entry.is_empty() || order(entry.key) > order(key) {
                break;
            }
            if entry.key == key {
                return Ok(at);
            }
            at += 1;
        }
        Err(at)
    }

    /// Put in a key that is not there.
    fn insert(&mut self, entry: Entry<WORDS>) {
        if (self.taken + 1) * 16 > self.span * MOST_TAKEN {
            self.grow();
        }
        loop {
            let at = self.find(entry.key).unwrap_or_else(|at| at);
            let behind = self.places.iter().skip(at);
            let gap = at + behind.take_while(|each| !each.is_empty()).count();
            if gap < self.places.len() {
                self.places.copy_within(at..gap, at + 1);
                self.places[at] = entry;
                self.taken += 1;
                return;
            }
            self.grow();
        }
    }

    /// Remove an entry: those behind it that are not in their own place move up.
    fn close(&mut self, at: usize) {
        let mut end = at + 1;
        while let Some(entry) = self.places.get(end)
            && !entry.is_empty()
            && self.home(entry.key) < end
        {
            end += 1;
        }
        self.places.copy_within(at + 1..end, at);
        self.places[end - 1] = Entry::EMPTY;
        self.taken -= 1;
    }

    /// An eighth more: memory is what matters, and a part is small enough to be copied.
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.places);
        let span = self.span + (self.span / 8).max(16);
        *self = Self::arranged(span, old.into_iter().filter(|each| !each.is_empty()));
    }

    /// Entries that come in order, each in its own place or the next that is free.
    fn arranged(span: usize, entries: impl Iterator<Item = Entry<WORDS>>) -> Self {
        let mut part = Self {
            places: vec![Entry::EMPTY; span + span.min(MOST_SPARE)],
            span,
            taken: 0,
        };
        let mut next = 0;
        for entry in entries {
            let at = part.home(entry.key).max(next);
            match part.places.get_mut(at) {
                Some(place) => *place = entry,
                None => part.places.push(entry),
            }
            next = at + 1;
            part.taken += 1;
        }
        part
    }
}
