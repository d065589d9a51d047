//! A request as far as a decision needs it.

/// What a client or gateway may say about a request beside its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Addresses to choose from; `None`: all. Empty: none is eligible.
    pub subset: Option<Vec<String>>,
    /// Who shares one fair share.
    pub fairness: Option<String>,
    /// Name of an objective.
    pub objective: Option<String>,
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

    /// A request whose body says nothing (or that has none).
    pub fn without_body(hints: Hints) -> Self {
        Self {
            hints,
            ..Self::default()
        }
    }
}
