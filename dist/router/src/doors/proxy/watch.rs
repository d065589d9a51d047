//! A response over HTTP/2 whose client stops taking it.
//!
//! A connection of HTTP/2 lives on while one of its streams stands still, so no time limit of the
//! connection ends it. This promises that the endpoint is let go when the client has taken nothing for a
//! time, although nobody asks for the response's next frame.

use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use super::answer::Cut;
use super::relay::Relay;

/// A response that is let go when its client takes nothing.
pub struct Watched(Arc<Mutex<State>>);

struct State {
    relay: Option<Box<Relay>>,
    /// Since when the client owes a question for the next frame.
    offered: Option<Instant>,
}

impl Watched {
    /// Let `relay` go when the client has taken nothing for `limit`.
    pub fn new(relay: Box<Relay>, limit: Duration) -> Self {
        let state = Arc::new(Mutex::new(State {
            relay: Some(relay),
            offered: Some(Instant::now()),
        }));
        tokio::spawn(watch(Arc::downgrade(&state), limit));
        Self(state)
    }
}

async fn watch(state: Weak<Mutex<State>>, limit: Duration) {
    let mut pause = limit;
    loop {
        sleep(pause).await;
        let Some(state) = state.upgrade() else {
            return;
        };
        let mut held = state.lock();
        let waited = held.offered.map_or(Duration::ZERO, |since| since.elapsed());
        if waited >= limit {
            held.relay = None;
            return;
        }
        pause = limit - waited;
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let mut held = self.0.lock();
        let Some(relay) = &mut held.relay else {
            return Poll::Ready(Some(Err("the client took nothing for too long".into())));
        };
        let polled = Pin::new(relay.as_mut()).poll_frame(context);
        held.offered = polled.is_ready().then(Instant::now);
        polled
    }

    fn is_end_stream(&self) -> bool {
        let held = self.0.lock();
        held.relay
            .as_ref()
            .is_some_and(|relay| relay.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.0.lock();
        held.relay
            .as_ref()
            .map_or_else(SizeHint::default, |relay| relay.size_hint())
    }
}
