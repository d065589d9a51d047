//! A request as far as a decision needs it, and its body under the name that is sent.

use bytes::{Bytes, BytesMut};

/// What a client or gateway may say about a request beside its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Addresses to choose from; `None`: all. Empty: none is eligible.
    pub subset: Option<Vec<String>>,
    /// Model to send instead of the one in the body.
    pub model_rewrite: Option<String>,
    /// Session that should stay with its endpoint.
    pub session: Option<String>,
    /// `Prefer: if-available`: refuse unless an endpoint holds the prefix.
    pub if_available: bool,
    /// Profile asked for by a header.
    pub profile: Option<String>,
}

/// What a request asks for, by its path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// It has no body.
    #[default]
    None,
    /// Its body is not read.
    Passthrough,
    /// Text completion.
    Completions,
    /// Chat completion.
    Chat,
    /// A response in OpenAI's newer form.
    Responses,
    /// Embeddings.
    Embeddings,
}

/// One request, scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// By its path.
    pub kind: Kind,
    /// As the client named it; empty for a request without body.
    pub model: String,
    /// Where in the body the model's name is, from its first quote to after its last.
    pub model_span: Option<(usize, usize)>,
    /// As the endpoint is to see it; empty: as the client named it.
    pub target_model: String,
    /// Chained hashes of the prompt's blocks; the model is not part of them.
    pub blocks: Vec<u64>,
    /// Estimated tokens of the prompt.
    pub prompt_tokens: u64,
    /// The most tokens that the client wants back.
    pub max_tokens: Option<u64>,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// What was said beside the body.
    pub hints: Hints,
}

impl Request {
    /// Whether nothing is known of a body: any endpoint is as good as another.
    pub fn has_no_body(&self) -> bool {
        self.kind == Kind::None && self.model.is_empty() && self.blocks.is_empty()
    }

    /// The model's name as the endpoint gets it.
    pub fn sent_model(&self) -> &str {
        match self.target_model.as_str() {
            "" => &self.model,
            target => target,
        }
    }

    /// Whether that is another name than the client's.
    pub fn is_renamed(&self) -> bool {
        self.model_span.is_some() && self.sent_model() != self.model
    }

    /// The body with the model's name for the endpoint, and nothing else changed; `None`: the client's own
    /// is sent.
    pub fn renamed(&self, body: &[u8]) -> Option<Bytes> {
        let (start, end) = self.model_span.filter(|_| self.is_renamed())?;
        let (before, after) = (body.get(..start)?, body.get(end..)?);
        let name = serde_json::Value::from(self.sent_model()).to_string();
        let mut whole = BytesMut::with_capacity(before.len() + name.len() + after.len());
        whole.extend_from_slice(before);
        whole.extend_from_slice(name.as_bytes());
        whole.extend_from_slice(after);
        Some(whole.freeze())
    }

    /// A request whose body says nothing (or that has none).
    pub fn without_body(hints: Hints) -> Self {
        Self {
            hints,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(model: &str, span: (usize, usize), target: &str) -> Request {
        Request {
            model: model.to_owned(),
            model_span: Some(span),
            target_model: target.to_owned(),
            ..Request::default()
        }
    }

    #[test]
    fn only_the_name_changes_and_it_is_quoted() {
        let table = [
            (
                r#"{"model":"m","prompt":"\u00e9 m"}"#,
                request("m", (9, 12), "m\"2"),
                r#"{"model":"m\"2","prompt":"\u00e9 m"}"#,
            ),
            (
                r#"{ "model" : "a", "prompt":"model a" }"#,
                request("a", (12, 15), "b\"2"),
                r#"{ "model" : "b\"2", "prompt":"model a" }"#,
            ),
        ];
        for (body, request, expected) in table {
            let actual = request.renamed(body.as_bytes());
            assert_eq!(Some(Bytes::from(expected)), actual);
        }
    }

    #[test]
    fn the_same_name_and_none_change_nothing() {
        let body = br#"{"model":"m"}"#;
        assert_eq!(None, request("m", (9, 12), "m").renamed(body));
        assert_eq!(None, request("m", (9, 12), "").renamed(body));
    }
}
