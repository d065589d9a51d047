//! What a client gets: a response that streams past, or one that the router wrote itself.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;

use super::activity::Busy;
use super::relay::Relay;
use super::watch::Watched;
use crate::doors::dismissal::Dismissal;
use crate::doors::ext_proc::DROPPED_REASON;

/// What a response body fails with: the connection to the client is then cut.
pub type Cut = Box<dyn std::error::Error + Send + Sync>;

/// The body of a response.
pub enum Answer {
    /// Written here.
    Whole(Full<Bytes>),
    /// Streams past.
    Relay(Box<Relay>),
    /// Streams past, over HTTP/2.
    Watched(Watched),
}

impl Answer {
    /// Over HTTP/2: the connection is in use while this streams, and the endpoint is let go when the
    /// client takes nothing for `patience`.
    pub fn over_http2(self, busy: Busy, patience: Duration) -> Self {
        match self {
            Self::Relay(mut relay) => {
                relay.busy = Some(busy);
                Self::Watched(Watched::new(relay, patience))
            }
            other => other,
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole)
                .poll_frame(context)
                .map_err(|never| match never {}),
            Self::Relay(relay) => Pin::new(relay.as_mut()).poll_frame(context),
            Self::Watched(watched) => Pin::new(watched).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Relay(relay) => relay.is_end_stream(),
            Self::Watched(watched) => watched.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Relay(relay) => relay.size_hint(),
            Self::Watched(watched) => watched.size_hint(),
        }
    }
}

/// A response that the router writes itself.
pub fn dismissal(dismissal: &Dismissal) -> Response<Answer> {
    let mut response = json(dismissal.status, dismissal.body());
    let headers = response.headers_mut();
    if !dismissal.reason.is_empty() {
        let name = HeaderName::from_static(DROPPED_REASON);
        headers.insert(name, HeaderValue::from_static(dismissal.reason));
    }
    if let Some(pause) = dismissal.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(pause.as_secs()));
    }
    response
}

/// A response of JSON.
pub fn json(status: StatusCode, body: String) -> Response<Answer> {
    let mut response = Response::new(Answer::Whole(Full::from(body)));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
