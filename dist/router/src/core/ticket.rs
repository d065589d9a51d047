//! The credit that a request holds at its endpoint: taken once, given back once, whatever happens.

use std::sync::Arc;

use super::endpoint::Endpoint;

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
#[derive(Debug)]
pub struct Ticket {
    endpoint: Arc<Endpoint>,
    tokens: i64,
}

impl Ticket {
    pub(super) fn new(endpoint: Arc<Endpoint>, tokens: i64) -> Self {
        endpoint.take(tokens);
        Self { endpoint, tokens }
    }

    /// Where the request is.
    pub fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// Move the credit to another endpoint: the request is tried there now.
    pub fn move_to(&mut self, endpoint: Arc<Endpoint>) {
        endpoint.take(self.tokens);
        self.endpoint.give_back(self.tokens);
        self.endpoint = endpoint;
    }

    /// The answer of a streamed request has begun: its prompt is computed, so its tokens no longer
    /// count as load. Calling it again, or for an answer that is not streamed, changes nothing more.
    pub fn started(&mut self) {
        let tokens = std::mem::take(&mut self.tokens);
        self.endpoint.computed(tokens);
    }

    /// Note what the response said it cost.
    pub fn usage(&mut self, _usage: Usage) {}
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.endpoint.give_back(self.tokens);
    }
}
