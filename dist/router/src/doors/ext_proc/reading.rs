//! From headers and body to a request that the core can decide on, and the body to send.

use bytes::{Bytes, BytesMut};

use super::body::joined;
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
pub(super) fn read(core: &Core, head: &Head, pieces: &[Bytes]) -> Result<Reading, Refusal> {
    let body = joined(pieces);
    let request = core.scan(head.path(), &body, head.hints(&core.hint_headers()))?;
    let changed = renamed(&request, &body);
    Ok(Reading {
        rewritten: changed.is_some(),
        body: changed.unwrap_or(body),
        request,
    })
}

/// The body with the name under which the model is sent on, where that is another.
fn renamed(request: &Request, body: &Bytes) -> Option<Bytes> {
    if request.target_model.is_empty() || request.target_model == request.model {
        return None;
    }
    let (start, end) = request.model_span?;
    let (before, after) = (body.get(..start)?, body.get(end..)?);
    let name = serde_json::Value::from(request.target_model.as_str()).to_string();
    let mut changed = BytesMut::with_capacity(before.len() + name.len() + after.len());
    changed.extend_from_slice(before);
    changed.extend_from_slice(name.as_bytes());
    changed.extend_from_slice(after);
    Some(changed.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str) -> Request {
        Request {
            model: "m".to_owned(),
            model_span: Some((9, 12)),
            target_model: target.to_owned(),
            ..Request::default()
        }
    }

    #[test]
    fn only_the_name_changes_and_it_is_quoted() {
        let body = Bytes::from_static(br#"{"model":"m","prompt":"\u00e9 m"}"#);
        let expected = &br#"{"model":"m\"2","prompt":"\u00e9 m"}"#[..];
        assert_eq!(
            Some(Bytes::from_static(expected)),
            renamed(&request("m\"2"), &body)
        );
    }

    #[test]
    fn the_same_name_and_none_change_nothing() {
        let body = Bytes::from_static(br#"{"model":"m"}"#);
        assert_eq!(None, renamed(&request("m"), &body));
        assert_eq!(None, renamed(&request(""), &body));
    }
}
