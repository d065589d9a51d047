//! Labels, and the bound on those that clients choose.

use std::collections::BTreeSet;

use hashbrown::Equivalent;
use prometheus_client::encoding::EncodeLabelSet;

/// Names that are told apart; llm-d's bound.
const MOST_NAMES: usize = 1000;

/// What all other names are counted as.
const OTHER: &str = "other";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ModelLabels {
    pub model_name: String,
    pub target_model_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ErrorLabels {
    pub model_name: String,
    pub target_model_name: String,
    pub error_code: u16,
}

/// As llm-d has them: its own word for the code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct LlmDErrorLabels {
    pub model_name: String,
    pub target_model_name: String,
    pub error_code: &'static str,
}

/// As llm-d has them; its rewrites have names too, ours have none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct LlmDRewriteLabels {
    pub model_name: String,
    pub target_model: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabels {
    pub reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabels {
    pub outcome: &'static str,
}

/// llm-d's word for an HTTP status.
pub fn llm_d_code(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        412 => "PreconditionFailed",
        429 => "ResourceExhausted",
        400..=499 => "BadRequest",
        500 => "Internal",
        503 => "ServiceUnavailable",
        _ => "ModelServerError",
    }
}

/// The names seen so far.
#[derive(Debug, Default)]
pub struct Bounded {
    seen: BTreeSet<String>,
}

impl Bounded {
    /// The name, or `other` if there are too many.
    pub fn fold(&mut self, name: &str) -> String {
        if !self.seen.contains(name) {
            if self.seen.len() >= MOST_NAMES || name.len() > 256 {
                return OTHER.to_owned();
            }
            self.seen.insert(name.to_owned());
        }
        name.to_owned()
    }
}

/// Two strings, to look up what has both without copies.
#[derive(Debug, Hash)]
pub struct Pair<'a>(pub &'a str, pub &'a str);

impl Equivalent<(String, String)> for Pair<'_> {
    fn equivalent(&self, key: &(String, String)) -> bool {
        self.0 == key.0 && self.1 == key.1
    }
}
