//! Memory for the bodies of requests: bounded for all of them together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Memory for the bodies of all requests.
#[derive(Debug, Clone)]
pub struct Budget {
    used: Arc<AtomicUsize>,
    most: usize,
}

/// A share of the budget, given back when dropped.
#[derive(Debug)]
pub struct Share {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    /// At most this many bytes at one time.
    pub fn new(most: usize) -> Self {
        Self {
            used: Arc::default(),
            most,
        }
    }

    /// A share in which nothing is yet.
    pub fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

impl Share {
    /// Take more bytes; false: there is no room for them. They count either way until the share is
    /// dropped, which is what a refused request does next.
    pub fn grow(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        let before = self.budget.used.fetch_add(bytes, Relaxed);
        before.saturating_add(bytes) <= self.budget.most
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_share_took_is_there_again_when_it_is_dropped() {
        let budget = Budget::new(10);
        let mut first = budget.share();
        assert!(first.grow(6));
        let mut second = budget.share();
        assert!(!second.grow(5));
        drop((first, second));
        assert!(budget.share().grow(10));
    }
}
