//! The credit that a request holds at its endpoint: taken once, given back once, whatever happens.

use std::sync::{Arc, Weak};

use super::decide::Decision;
use super::endpoint::Endpoint;
use super::state::Core;
use super::telemetry::OfModel;

/// What a response said it cost, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of the prompt.
    pub prompt: u64,
    /// Of the prompt, those that were cached.
    pub cached: u64,
    /// Of the answer.
    pub completion: u64,
}

/// One request in flight. Dropping it is the end of the request, in success, error and abort alike.
pub struct Ticket {
    endpoint: Arc<Endpoint>,
    /// Tokens that count at the endpoint now.
    tokens: i64,
    /// Tokens of the whole prompt.
    prompt: i64,
    predicted: u64,
    computed: bool,
    used: bool,
    model: Arc<OfModel>,
    /// Kept for a move: the prompt is remembered where it goes.
    blocks: Vec<u64>,
    core: Weak<Core>,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Ticket")
            .field("endpoint", &self.endpoint.address())
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

impl Ticket {
    pub(super) fn new(endpoint: Arc<Endpoint>, decision: &Decision, core: Weak<Core>) -> Self {
        let tokens = i64::try_from(decision.load_tokens).unwrap_or(i64::MAX);
        let cached = i64::try_from(decision.predicted_cached).unwrap_or(i64::MAX);
        endpoint.take(tokens);
        decision.model.began();
        Self {
            endpoint,
            tokens,
            prompt: tokens.saturating_add(cached),
            predicted: decision.predicted_cached,
            computed: false,
            used: false,
            model: decision.model.clone(),
            blocks: decision.blocks.clone(),
            core,
        }
    }

    /// Where the request is.
    pub fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// The counters of its model, for what only doors see: times and ends.
    pub fn model(&self) -> &Arc<OfModel> {
        &self.model
    }

    /// Move the credit to another endpoint: the request is tried there now, and its prompt will be
    /// cached there. Nothing of it is expected to be cached yet.
    pub fn move_to(&mut self, endpoint: Arc<Endpoint>) {
        if let Some(core) = self.core.upgrade() {
            core.remember(&self.blocks, &endpoint);
        }
        let tokens = if self.computed { 0 } else { self.prompt };
        endpoint.take(tokens);
        self.endpoint.give_back(self.tokens);
        self.endpoint = endpoint;
        self.tokens = tokens;
        self.predicted = 0;
    }

    /// The answer of a streamed request has begun: its prompt is computed, so its tokens no longer
    /// count as load. Calling it again changes nothing more.
    pub fn started(&mut self) {
        self.computed = true;
        let tokens = std::mem::take(&mut self.tokens);
        self.endpoint.computed(tokens);
    }

    /// Note what the response said it cost. Only the first time counts.
    pub fn usage(&mut self, usage: Usage) {
        if std::mem::replace(&mut self.used, true) {
            return;
        }
        if let Some(core) = self.core.upgrade() {
            core.telemetry().used(&self.model, usage, self.predicted);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.endpoint.give_back(self.tokens);
        self.model.ended();
    }
}
