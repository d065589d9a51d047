//! A time limit on silence that costs nothing while there is none.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// How long nothing has happened. The clock is read once for each wait, and the timer set once for each limit.
#[derive(Debug)]
pub struct Silence {
    limit: Duration,
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Silence {
    /// Nothing is waited for yet.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            since: None,
            timer: None,
        }
    }

    /// Something has happened.
    pub fn broken(&mut self) {
        self.since = None;
    }

    /// Nothing has happened: ready when the limit is reached, with the limit.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(since + self.limit)));
        loop {
            ready!(timer.as_mut().poll(context));
            let deadline = since + self.limit;
            if Instant::now() >= deadline {
                return Poll::Ready(self.limit);
            }
            timer.as_mut().reset(deadline);
        }
    }
}
