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
use crate::core::Refusal;
use crate::doors::ext_proc::DROPPED_REASON;
use crate::doors::upstream::Failure;

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

/// A response that the router writes itself, because no endpoint's could be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// Status of HTTP.
    pub status: StatusCode,
    /// Why the request was dropped, in llm-d's words; empty: it has none for this.
    pub reason: &'static str,
    /// OpenAI's `error.type`.
    pub kind: &'static str,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl Dismissal {
    fn new(status: StatusCode, reason: &'static str, kind: &'static str, sentence: String) -> Self {
        Self {
            status,
            reason,
            kind,
            sentence,
        }
    }

    /// The client's mistake, in a sentence.
    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "",
            "invalid_request_error",
            sentence.into(),
        )
    }

    /// The body is longer than `most` bytes.
    pub fn too_long(most: usize) -> Self {
        let sentence = format!(
            "The body is longer than {most} bytes. Send a shorter one, or raise the router's limit \
             body_bytes."
        );
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "",
            "request_too_large",
            sentence,
        )
    }

    /// The client did not finish its request in time.
    pub fn too_slow() -> Self {
        let sentence =
            "The request did not arrive in time. Send it faster, or raise the router's limit \
                        request_seconds."
                .to_owned();
        Self::new(StatusCode::REQUEST_TIMEOUT, "", "request_timeout", sentence)
    }

    /// Bodies of other requests take all the memory that there is for them.
    pub fn no_room() -> Self {
        let sentence =
            "The router holds as many bytes of requests as it may. Try again in a moment.";
        let kind = "service_unavailable";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "rejected-saturated",
            kind,
            sentence.to_owned(),
        )
    }

    /// The core refused.
    pub fn refused(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoEndpoints => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "rejected-no-endpoints",
                "service_unavailable",
                "No endpoint is ready for this request. Try again in a moment.".to_owned(),
            ),
            Refusal::Saturated => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rejected-saturated",
                "rate_limit_exceeded",
                "Every endpoint is saturated. Try again in a moment, or send less at a time.".to_owned(),
            ),
            Refusal::BadRequest(sentence) => Self::bad_request(sentence),
            Refusal::NotAvailable => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "",
                "precondition_failed",
                "No endpoint holds the prefix of this prompt, and the request asked for an answer only if \
                 one does (Prefer: if-available)."
                    .to_owned(),
            ),
        }
    }

    /// The endpoint at `address` gave no response, and nothing else may be tried.
    pub fn failed(address: &str, failure: &Failure) -> Self {
        let sentence = format!("The endpoint {address} gave no response: {failure}.");
        match failure {
            Failure::Connect(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "rejected-no-endpoints",
                "service_unavailable",
                format!("{sentence} No other is ready. Try again in a moment."),
            ),
            Failure::Local(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "rejected-saturated",
                "service_unavailable",
                format!("{sentence} Try again in a moment, or allow the router more open files."),
            ),
            Failure::Reset(_) => Self::new(
                StatusCode::BAD_GATEWAY,
                "",
                "bad_gateway",
                format!("{sentence} The request may have been worked on. Try again."),
            ),
            Failure::Silent(_) => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "",
                "gateway_timeout",
                format!(
                    "{sentence} Ask for less, or raise the router's limit upstream_header_seconds."
                ),
            ),
        }
    }

    /// Under which it is counted, as the core counts what it refuses itself.
    pub fn word(&self) -> &'static str {
        match (self.reason, self.status) {
            ("", StatusCode::BAD_REQUEST) => "bad-request",
            ("", _) => self.kind,
            (reason, _) => reason,
        }
    }

    /// As OpenAI's servers write errors.
    pub fn response(&self) -> Response<Answer> {
        let body = serde_json::json!({"error": {
            "message": self.sentence,
            "type": self.kind,
            "param": null,
            "code": self.status.as_u16(),
        }});
        let mut response = json(self.status, body.to_string());
        let headers = response.headers_mut();
        if !self.reason.is_empty() {
            let name = HeaderName::from_static(DROPPED_REASON);
            headers.insert(name, HeaderValue::from_static(self.reason));
        }
        if matches!(self.status.as_u16(), 429 | 503) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A response of JSON.
pub fn json(status: StatusCode, body: String) -> Response<Answer> {
    let mut response = Response::new(Answer::Whole(Full::from(body)));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
