//! Chained hashes of a prompt's blocks, made while the prompt streams past.
//!
//! The hash of a block depends on all text before it, so equal hashes mean equal prefixes. A block is
//! `tokens × 4` bytes (about four bytes make a token); the last one may be shorter. Text beyond the
//! limit is counted and not hashed. Nothing is copied but what does not fill a block.

use xxhash_rust::xxh64::xxh64;

use super::settings::IndexSettings;

/// Bytes that count as one token.
pub const BYTES_PER_TOKEN: usize = 4;

/// Engines report blocks of 16 tokens; smaller blocks than this cost more than they tell.
const LEAST_BLOCK_TOKENS: usize = 64;

/// How prompts are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockShape {
    /// Tokens of one block.
    pub tokens: usize,
    /// Blocks hashed at most.
    pub most: usize,
}

impl BlockShape {
    /// The shape that settings ask for.
    pub fn new(settings: &IndexSettings) -> Self {
        let tokens = settings.block_size_tokens.max(LEAST_BLOCK_TOKENS);
        let most = settings.max_prefix_tokens_to_match / tokens;
        Self { tokens, most }
    }

    fn bytes(self) -> usize {
        self.tokens * BYTES_PER_TOKEN
    }
}

impl Default for BlockShape {
    fn default() -> Self {
        Self::new(&IndexSettings::default())
    }
}

/// Takes text in pieces; the result does not depend on where the pieces were cut.
#[derive(Debug)]
pub struct Blocks {
    shape: BlockShape,
    hashes: Vec<u64>,
    last: u64,
    partial: Vec<u8>,
    bytes: u64,
}

impl Blocks {
    /// Start a prompt; `seed` keeps apart prompts that must never match (a cache salt).
    pub fn new(shape: BlockShape, seed: u64) -> Self {
        Self {
            shape,
            hashes: Vec::new(),
            last: seed,
            partial: Vec::new(),
            bytes: 0,
        }
    }

    /// Expect about this much text.
    pub fn expect(&mut self, bytes: usize) {
        let blocks = bytes / self.shape.bytes() + 1;
        self.hashes.reserve_exact(blocks.min(self.shape.most));
    }

    /// Whether further text is only counted.
    pub fn full(&self) -> bool {
        self.hashes.len() >= self.shape.most
    }

    /// Count text that comes after the limit.
    pub fn count(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Take the next piece of text.
    pub fn push(&mut self, text: &[u8]) {
        self.count(text.len());
        if self.full() {
            return;
        }
        let mut rest = text;
        if !self.partial.is_empty() {
            let missing = self.shape.bytes() - self.partial.len();
            let (head, tail) = rest.split_at(missing.min(rest.len()));
            self.partial.extend_from_slice(head);
            rest = tail;
            if self.partial.len() < self.shape.bytes() {
                return;
            }
            let block = std::mem::take(&mut self.partial);
            self.close(&block);
            self.partial = block;
            self.partial.clear();
        }
        let mut whole = rest.chunks_exact(self.shape.bytes());
        for block in &mut whole {
            self.close(block);
        }
        let remainder = whole.remainder();
        if !remainder.is_empty() && !self.full() {
            // Its size once: it never grows beyond.
            self.partial.reserve_exact(self.shape.bytes());
            self.partial.extend_from_slice(remainder);
        }
    }

    fn close(&mut self, block: &[u8]) {
        if !self.full() {
            self.last = xxh64(block, self.last);
            self.hashes.push(self.last);
        }
    }

    /// The hashes, and the estimated tokens of the whole prompt.
    pub fn finish(mut self) -> (Vec<u64>, u64) {
        if !self.partial.is_empty() {
            let block = std::mem::take(&mut self.partial);
            self.close(&block);
        }
        (self.hashes, self.bytes.div_ceil(BYTES_PER_TOKEN as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(pieces: &[&[u8]]) -> (Vec<u64>, u64) {
        let mut blocks = Blocks::new(BlockShape::default(), 0);
        for piece in pieces {
            blocks.push(piece);
        }
        blocks.finish()
    }

    #[test]
    fn pieces_do_not_change_the_hashes() {
        let text: Vec<u8> = (0..1000_u32).map(|each| (each % 251) as u8).collect();
        let expected = hashes(&[&text]);
        for size in [1, 7, 255, 256, 257, 999] {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            assert_eq!(expected, hashes(&pieces), "pieces of {size}");
        }
        assert_eq!((4, 250), (expected.0.len(), expected.1));
    }

    #[test]
    fn prompts_share_hashes_as_far_as_they_share_text() {
        let first = [vec![b'a'; 600], vec![b'b'; 400]].concat();
        let second = [vec![b'a'; 600], vec![b'c'; 400]].concat();
        let (first, second) = (hashes(&[&first]).0, hashes(&[&second]).0);
        let shared = first.iter().zip(&second).filter(|(a, b)| a == b).count();
        assert_eq!(2, shared);
    }

    #[test]
    fn equal_blocks_after_different_text_differ() {
        let (hashes, _) = hashes(&[&[b'a'; 768]]);
        assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2]);
    }

    #[test]
    fn text_beyond_the_limit_is_counted_and_not_hashed() {
        let shape = BlockShape {
            tokens: 64,
            most: 2,
        };
        let mut blocks = Blocks::new(shape, 0);
        blocks.push(&[b'a'; 10_000]);
        let (hashes, tokens) = blocks.finish();
        assert_eq!((2, 2500), (hashes.len(), tokens));
    }

    #[test]
    fn engines_small_blocks_are_taken_together() {
        let expected = BlockShape {
            tokens: 64,
            most: 2048,
        };
        assert_eq!(expected, BlockShape::new(&IndexSettings::default()));
    }
}
