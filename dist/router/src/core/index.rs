//! Which endpoint holds which prefix, as far as this router can know: it remembers what it sent where.
//!
//! For every endpoint the most recently used blocks are remembered, up to its capacity; which those are
//! is decided by second chance (a block that was used again since it was looked at last stays once
//! more), which needs one bit where a strict order would need a list. Blocks of one prompt leave last
//! block first, as they do in the engines' caches. One entry serves all endpoints: a bit for each.

mod part;
mod table;

use table::Table;

/// Endpoints that fit in the narrow form.
const NARROW: usize = 64;

/// Keys of blocks, with the endpoints that hold them. Up to 64 endpoints an entry has 24 bytes.
#[derive(Debug)]
pub struct Index {
    form: Form,
}

#[derive(Debug)]
enum Form {
    Narrow(Table<1>),
    Wide(Table<8>),
}

impl Default for Index {
    fn default() -> Self {
        Self {
            form: Form::Narrow(Table::new(1)),
        }
    }
}

impl Index {
    /// Make room for slots below `slots`. It never becomes narrow again: endpoints come back.
    pub fn reserve(&mut self, slots: usize) {
        if let (Form::Narrow(table), true) = (&mut self.form, slots > NARROW) {
            self.form = Form::Wide(table.widened());
        }
    }

    /// Leading blocks that each slot holds: `matched[slot]` for slots below `slots`.
    pub fn lookup(&self, keys: &[u64], slots: usize) -> Vec<u32> {
        match &self.form {
            Form::Narrow(table) => table.lookup(keys, slots.min(NARROW)),
            Form::Wide(table) => table.lookup(keys, slots),
        }
    }

    /// Remember that `slot` holds these blocks, and at most `capacity` in all.
    pub fn record(&mut self, slot: usize, keys: &[u64], capacity: usize) {
        match &mut self.form {
            Form::Narrow(table) => table.record(slot, keys, capacity),
            Form::Wide(table) => table.record(slot, keys, capacity),
        }
    }

    /// Forget all that `slot` holds, so that another endpoint can have it.
    pub fn purge(&mut self, slot: usize) {
        match &mut self.form {
            Form::Narrow(table) => table.purge(slot),
            Form::Wide(table) => table.purge(slot),
        }
    }

    /// Blocks that `slot` holds.
    pub fn held(&self, slot: usize) -> usize {
        match &self.form {
            Form::Narrow(table) => table.held(slot),
            Form::Wide(table) => table.held(slot),
        }
    }

    /// Blocks that are held by any.
    pub fn len(&self) -> usize {
        match &self.form {
            Form::Narrow(table) => table.len(),
            Form::Wide(table) => table.len(),
        }
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes allocated.
    pub fn footprint(&self) -> usize {
        match &self.form {
            Form::Narrow(table) => table.footprint(),
            Form::Wide(table) => table.footprint(),
        }
    }
}

#[cfg(test)]
mod tests;
