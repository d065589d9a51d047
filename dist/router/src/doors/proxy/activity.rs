//! Whether anything happens on a connection of HTTP/2, which has no time limit of its own for idling.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Requests of one connection.
#[derive(Debug)]
pub struct Activity {
    running: AtomicUsize,
    last: Mutex<Instant>,
}

/// One request that runs.
#[derive(Debug)]
pub struct Busy(Arc<Activity>);

impl Activity {
    /// Nothing has happened yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            running: AtomicUsize::new(0),
            last: Mutex::new(Instant::now()),
        })
    }

    /// A request runs until what is returned is dropped.
    pub fn begin(self: &Arc<Self>) -> Busy {
        self.running.fetch_add(1, Relaxed);
        Busy(self.clone())
    }

    /// Return when nothing has run for `limit`.
    pub async fn idle(&self, limit: Duration) {
        loop {
            let since = self.last.lock().elapsed();
            let busy = self.running.load(Relaxed) > 0;
            let left = if busy {
                limit
            } else {
                limit.saturating_sub(since)
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.last.lock() = Instant::now();
        self.0.running.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn idle_is_long_after_the_last_request() {
        let (activity, start) = (Activity::new(), Instant::now());
        let busy = activity.begin();
        let limit = Duration::from_millis(60);
        let work = async {
            tokio::time::sleep(limit * 2).await;
            drop(busy);
        };
        tokio::join!(activity.idle(limit), work);
        assert!(
            start.elapsed() >= limit * 3,
            "idle after {:?}",
            start.elapsed()
        );
    }
}
