//! From headers and body to a request that the core can decide on.

use bytes::Bytes;

use super::head::Head;
use crate::core::{Core, Refusal, Request};

/// A request as it was read.
#[derive(Debug)]
pub(super) struct Reading {
    pub request: Request,
    /// The body to send in place of the client's.
    pub body: Option<Bytes>,
}

impl Reading {
    pub fn of(request: Request) -> Self {
        Self {
            request,
            body: None,
        }
    }
}

/// Read a request whose body has arrived.
pub(super) fn read(_core: &Core, head: &Head, pieces: &[Bytes]) -> Result<Reading, Refusal> {
    #[derive(serde::Deserialize)]
    struct Stopgap {
        model: Option<String>,
    }
    if head.grpc() {
        return Ok(Reading::of(Request::without_body(head.hints())));
    }
    let whole = super::body::joined(pieces);
    let read: Stopgap = serde_json::from_slice(&whole)
        .map_err(|error| Refusal::BadRequest(format!("The body is not JSON: {error}.")))?;
    let model = read
        .model
        .ok_or_else(|| Refusal::BadRequest("The body names no `model`.".to_owned()))?;
    Ok(Reading::of(Request {
        model,
        hints: head.hints(),
        ..Request::default()
    }))
}
