//! How the doors close: first nothing new is taken, then what runs is awaited, at last the rest is cut.
//!
//! One [`Drain`] is shared by all doors of a router. It promises that [`Drain::finished`] returns only
//! when every [`Guard`] that was handed out is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// Shared by all doors; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Drain {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    begun: CancellationToken,
    cut: CancellationToken,
    running: AtomicUsize,
    idle: Notify,
}

/// One thing that a drain waits for: a request, or a stream of the picker.
#[derive(Debug)]
pub struct Guard {
    shared: Arc<Shared>,
}

impl Drain {
    /// Take nothing new from now on.
    pub fn begin(&self) {
        self.shared.begun.cancel();
    }

    /// Whether nothing new is taken.
    pub fn begun(&self) -> bool {
        self.shared.begun.is_cancelled()
    }

    /// Wait until nothing new is taken.
    pub fn wait_begun(&self) -> WaitForCancellationFuture<'_> {
        self.shared.begun.cancelled()
    }

    /// End everything now, finished or not.
    pub fn cut(&self) {
        self.begin();
        self.shared.cut.cancel();
    }

    /// Wait until everything is to end now.
    pub fn wait_cut(&self) -> WaitForCancellationFuture<'_> {
        self.shared.cut.cancelled()
    }

    /// Something runs for as long as the guard lives.
    pub fn guard(&self) -> Guard {
        self.shared.running.fetch_add(1, SeqCst);
        Guard {
            shared: self.shared.clone(),
        }
    }

    /// How many guards live.
    pub fn running(&self) -> usize {
        self.shared.running.load(SeqCst)
    }

    /// Wait until no guard lives.
    pub async fn finished(&self) {
        loop {
            let idle = self.shared.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.running() == 0 {
                return;
            }
            idle.await;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.shared.running.fetch_sub(1, SeqCst) == 1 {
            self.shared.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn finished_waits_for_the_last_guard() {
        let drain = Drain::default();
        let (first, second) = (drain.guard(), drain.guard());
        drop(first);
        let early = tokio::time::timeout(Duration::from_millis(20), drain.finished()).await;
        assert!(early.is_err(), "a guard still lives");
        drop(second);
        drain.finished().await;
        assert_eq!(0, drain.running());
    }

    #[tokio::test]
    async fn cutting_is_also_beginning() {
        let drain = Drain::default();
        drain.cut();
        assert!(drain.begun());
    }
}
