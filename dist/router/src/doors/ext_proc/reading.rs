//! From headers and body to a request that the core can decide on, and the body to send.

use bytes::Bytes;

use super::head::Head;
use crate::core::{Core, Refusal, Request};

/// A request as it was read.
#[derive(Debug)]
pub(super) struct Reading {
    pub request: Request,
    /// The body to send.
    pub body: Bytes,
    /// Whether it differs from the client's.
    pub rewritten: bool,
}

impl Reading {
    /// A request whose body is not there, or not shown.
    pub fn without_body(core: &Core, head: &Head) -> Self {
        Self {
            request: Request::without_body(head.hints(&core.hint_headers())),
            body: Bytes::new(),
            rewritten: false,
        }
    }
}

/// Read a request whose body has arrived.
pub(super) fn read(core: &Core, head: &Head, body: Bytes) -> Result<Reading, Refusal> {
    let request = core.scan(head.path(), &body, head.hints(&core.hint_headers()))?;
    let changed = request.renamed(&body);
    Ok(Reading {
        rewritten: changed.is_some(),
        body: changed.unwrap_or(body),
        request,
    })
}
