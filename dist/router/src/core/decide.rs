//! From a request to endpoints in the order in which they should be tried.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::endpoint::{Endpoint, Fleet};
use super::request::Request;
use super::settings::{LiveSettings, SettingsError};
use super::ticket::Ticket;

/// Why no endpoint was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No endpoint is there, or none in the subset: 503.
    NoEndpoints,
    /// Filters took all candidates away: 429.
    Saturated,
    /// The request itself is wrong: 400, with a sentence.
    BadRequest(String),
    /// `Prefer: if-available` and no endpoint holds the prefix: 412.
    NotAvailable,
}

/// Endpoints to try, best first; never empty.
#[derive(Debug, Clone)]
pub struct Decision {
    /// In the order in which they should be tried.
    pub choices: Vec<Arc<Endpoint>>,
    /// Tokens of the prompt that the first is expected to hold.
    pub predicted_cached: u64,
    /// Tokens that count as in flight at the chosen endpoint.
    pub load_tokens: u64,
    /// Hashes to remember for the chosen endpoint.
    pub blocks: Vec<u64>,
}

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
    /// The built-in scores of each.
    pub scores: Vec<f64>,
    /// The built-in choice.
    pub best: usize,
    /// Blocks of the prompt.
    pub blocks: usize,
    /// Its estimated tokens.
    pub prompt_tokens: u64,
    /// Model asked for.
    pub model: String,
}

/// A decision taken elsewhere: `None` falls back to the built-in choice, and the core counts it.
pub trait Policy: Send + Sync {
    /// Return the index of the candidate to use.
    fn choose(&self, view: &PolicyView) -> Option<usize>;
}

struct Live {
    fleet: Fleet,
}

/// All state that decisions read and write.
pub struct Core {
    live: ArcSwap<Live>,
    policy: Option<Arc<dyn Policy>>,
}

impl Core {
    /// Make a core. Errors say what is wrong with the settings.
    pub fn new(
        settings: &LiveSettings,
        policy: Option<Arc<dyn Policy>>,
    ) -> Result<Arc<Self>, SettingsError> {
        let fleet = Fleet::default().replaced(&settings.endpoints);
        Ok(Arc::new(Self {
            live: ArcSwap::from_pointee(Live { fleet }),
            policy,
        }))
    }

    /// Replace endpoints and decisions at once; requests in flight are not touched.
    pub fn apply(&self, settings: &LiveSettings) -> Result<(), SettingsError> {
        let fleet = self.live.load().fleet.replaced(&settings.endpoints);
        self.live.store(Arc::new(Live { fleet }));
        Ok(())
    }

    /// The endpoints of this moment.
    pub fn fleet(&self) -> Fleet {
        self.live.load().fleet.clone()
    }

    /// Choose endpoints for a request.
    pub fn decide(&self, request: &Request) -> Result<Decision, Refusal> {
        let live = self.live.load();
        let mut choices: Vec<Arc<Endpoint>> = live
            .fleet
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.healthy() && eligible(endpoint, request))
            .cloned()
            .collect();
        if choices.is_empty() {
            return Err(Refusal::NoEndpoints);
        }
        choices.sort_by_key(|endpoint| endpoint.in_flight());
        let _ = &self.policy;
        Ok(Decision {
            choices,
            predicted_cached: 0,
            load_tokens: request.prompt_tokens,
            blocks: request.blocks.clone(),
        })
    }

    /// Count the request at its first choice, and remember its prefix there.
    pub fn admit(&self, decision: &Decision) -> Option<Ticket> {
        let tokens = i64::try_from(decision.load_tokens).unwrap_or(i64::MAX);
        decision
            .choices
            .first()
            .map(|endpoint| Ticket::new(endpoint.clone(), tokens))
    }
}

fn eligible(endpoint: &Endpoint, request: &Request) -> bool {
    match &request.hints.subset {
        None => true,
        Some(subset) => subset.contains(&endpoint.settings.load().address),
    }
}
