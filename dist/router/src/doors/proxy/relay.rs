//! A response on its way from an endpoint to a client: frame by frame, as the client takes them.
//!
//! It promises that nothing is read from the endpoint before the client can take it, that the request
//! counts at its endpoint until the endpoint has said the last byte or the client is gone, that only a
//! connection whose response was read to its end is used again, and that an endpoint which falls silent
//! is given up.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::activity::Busy;
use super::answer::Cut;
use crate::core::{OfModel, Ticket};
use crate::doors::restore::Restorer;
use crate::doors::silence::Silence;
use crate::doors::upstream::Lease;
use crate::doors::usage::Tail;

/// A response that streams past.
pub struct Relay {
    body: Incoming,
    lease: Option<Lease>,
    ticket: Option<Ticket>,
    restorer: Option<Restorer>,
    tail: Option<Tail>,
    meter: Option<Meter>,
    streams: bool,
    silence: Silence,
    trailers: Option<Frame<Bytes>>,
    ended: bool,
    /// Says that the client's connection is in use.
    pub(super) busy: Option<Busy>,
}

/// Tells the counters of a model how long things took.
pub struct Meter {
    model: Arc<OfModel>,
    start: Instant,
    begun: bool,
}

impl Meter {
    /// The request came at `start`.
    pub fn new(model: Arc<OfModel>, start: Instant) -> Self {
        Self {
            model,
            start,
            begun: false,
        }
    }

    fn data(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.model.first_token(self.start.elapsed().as_secs_f64());
        }
    }

    fn end(self) {
        self.model.took(self.start.elapsed().as_secs_f64());
    }
}

/// What is done with a response beside passing it on.
#[derive(Default)]
pub struct Extras {
    /// Measures it.
    pub meter: Option<Meter>,
    /// Puts the model's name back.
    pub restorer: Option<Restorer>,
    /// Keeps the end of it, where the usage is.
    pub tail: Option<Tail>,
    /// Whether its first byte says that the prompt is computed.
    pub streams: bool,
}

impl Relay {
    /// Pass on `body`, which comes over the connection of `lease`.
    pub fn new(
        body: Incoming,
        lease: Lease,
        ticket: Option<Ticket>,
        extras: Extras,
        silence: Duration,
    ) -> Self {
        let mut relay = Self {
            body,
            lease: Some(lease),
            ticket,
            restorer: extras.restorer,
            tail: extras.tail,
            meter: extras.meter,
            streams: extras.streams,
            silence: Silence::new(silence),
            trailers: None,
            ended: false,
            busy: None,
        };
        if relay.body.is_end_stream() {
            relay.endpoint_is_done();
        }
        relay
    }

    /// The endpoint has said everything.
    fn endpoint_is_done(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
        if let Some(meter) = self.meter.take() {
            meter.end();
        }
        if let Some(mut ticket) = self.ticket.take()
            && let Some(usage) = self.tail.take().and_then(|tail| tail.usage())
        {
            ticket.usage(usage);
        }
    }

    fn give_up(&mut self, why: Cut) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(ticket) = self.ticket.take() {
            tracing::info!(
                "the response of {} was cut short: {why}",
                ticket.endpoint().address()
            );
        }
        self.lease = None;
        self.ended = true;
        Poll::Ready(Some(Err(why)))
    }

    fn data(&mut self, piece: Bytes) -> Option<Bytes> {
        if let Some(meter) = &mut self.meter {
            meter.data();
        }
        if let Some(tail) = &mut self.tail {
            tail.push(&piece);
        }
        if std::mem::take(&mut self.streams)
            && let Some(ticket) = &mut self.ticket
        {
            ticket.started();
        }
        let last = self.body.is_end_stream();
        if last {
            self.endpoint_is_done();
        }
        let Some(restorer) = &mut self.restorer else {
            return Some(piece);
        };
        let piece = restorer.push(piece, last);
        self.ended |= last;
        (!piece.is_empty()).then_some(piece)
    }

    fn finish(&mut self) -> Option<Bytes> {
        self.endpoint_is_done();
        self.ended = true;
        let rest = self.restorer.as_mut()?.push(Bytes::new(), true);
        (!rest.is_empty()).then_some(rest)
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        loop {
            if this.ended {
                return Poll::Ready(this.trailers.take().map(Ok));
            }
            let next = match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Ready(next) => next,
                Poll::Pending => {
                    let limit = ready!(this.silence.poll(context));
                    let why = format!("nothing came for {} seconds", limit.as_secs_f64());
                    return this.give_up(why.into());
                }
            };
            this.silence.broken();
            let piece = match next {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => this.data(piece),
                    Err(trailers) => {
                        this.trailers = Some(trailers);
                        this.finish()
                    }
                },
                Some(Err(error)) => return this.give_up(error.into()),
                None => this.finish(),
            };
            if let Some(piece) = piece {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.trailers.is_none()
            && (self.ended || (self.restorer.is_none() && self.body.is_end_stream()))
    }

    fn size_hint(&self) -> SizeHint {
        match self.restorer {
            Some(_) => SizeHint::default(),
            None => self.body.size_hint(),
        }
    }
}
