//! Decisions taken elsewhere: what a policy sees, and what it answers.

use super::select::{Candidate, Context};
use super::telemetry::PolicyOutcome;

/// What a Python policy sees: one value per candidate.
#[derive(Debug, Clone, Default)]
pub struct PolicyView {
    /// `host:port` of each candidate.
    pub addresses: Vec<String>,
    /// Leading blocks of the prompt that each holds.
    pub matched_blocks: Vec<f64>,
    /// Requests in flight at each.
    pub in_flight: Vec<f64>,
    /// Tokens in flight at each.
    pub in_flight_tokens: Vec<f64>,
    /// Requests waiting in each.
    pub waiting: Vec<f64>,
    /// Requests running in each.
    pub running: Vec<f64>,
    /// KV cache usage of each, 0 to 1.
    pub kv_usage: Vec<f64>,
    /// The built-in scores of each; 0 for those that a prefix-cache-affinity filter passed over.
    pub scores: Vec<f64>,
    /// The built-in choice.
    pub best: usize,
    /// Blocks of the prompt.
    pub blocks: usize,
    /// Its estimated tokens.
    pub prompt_tokens: u64,
    /// Its model, as the endpoint will see it.
    pub model: String,
}

impl PolicyView {
    /// Show candidates; the first of them have scores.
    pub(super) fn new(
        candidates: &[&Candidate<'_>],
        scores: &[f64],
        best: usize,
        context: &Context<'_>,
    ) -> Self {
        let each =
            |value: fn(&Candidate<'_>) -> f64| candidates.iter().map(|one| value(one)).collect();
        let mut scores = scores.to_vec();
        scores.resize(candidates.len(), 0.0);
        Self {
            addresses: candidates
                .iter()
                .map(|one| one.endpoint.address())
                .collect(),
            matched_blocks: each(|one| f64::from(one.matched)),
            in_flight: each(|one| one.in_flight),
            in_flight_tokens: each(|one| one.tokens),
            waiting: each(|one| one.waiting),
            running: each(|one| one.running),
            kv_usage: each(|one| one.kv_usage),
            scores,
            best,
            blocks: context.blocks,
            prompt_tokens: context.prompt_tokens,
            model: context.model.to_owned(),
        }
    }
}

/// A decision taken elsewhere; the core counts what comes of it.
pub trait Policy: Send + Sync {
    /// Return the index of the candidate to use, or why there is none: then the built-in choice stands.
    fn choose(&self, view: &PolicyView) -> Result<usize, PolicyOutcome>;
}
