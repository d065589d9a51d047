//! Ids for requests that came without one, or with more than one.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static KEYS: LazyLock<[RandomState; 2]> =
    LazyLock::new(|| [RandomState::new(), RandomState::new()]);
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A new id in the form of a random UUID: keyed hashes of a counter, unlike any other process's.
pub(crate) fn fresh() -> String {
    let count = NEXT.fetch_add(1, Relaxed);
    let [high, low] = [KEYS[0].hash_one(count), KEYS[1].hash_one(count)];
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_look_like_uuids() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| fresh()).collect();
        assert_eq!(1000, ids.len());
        for id in ids {
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(vec![8, 4, 4, 4, 12], lengths);
            assert_eq!(Some('4'), id.chars().nth(14));
        }
    }
}
