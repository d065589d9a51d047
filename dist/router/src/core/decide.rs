//! From a request to endpoints in the order in which they should be tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use arc_swap::ArcSwap;

use super::endpoint::{Endpoint, Fleet};
use super::request::{Hints, Request};
use super::scan::{ScanSettings, parse};
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

/// Names of headers that the settings ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HintHeaders {
    /// Chooses the profile.
    pub profile: Option<String>,
    /// Names the session.
    pub session: Option<String>,
}

struct Live {
    fleet: Fleet,
    scan: ScanSettings,
    headers: HintHeaders,
}

/// All state that decisions read and write.
pub struct Core {
    live: ArcSwap<Live>,
    now: AtomicU64,
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
            live: ArcSwap::from_pointee(Live {
                fleet,
                scan: ScanSettings::default(),
                headers: HintHeaders::default(),
            }),
            now: AtomicU64::new(0),
            policy,
        }))
    }

    /// Replace endpoints and decisions at once; requests in flight are not touched.
    pub fn apply(&self, settings: &LiveSettings) -> Result<(), SettingsError> {
        let fleet = self.live.load().fleet.replaced(&settings.endpoints);
        self.live.store(Arc::new(Live {
            fleet,
            scan: ScanSettings::default(),
            headers: HintHeaders::default(),
        }));
        Ok(())
    }

    /// Read a request: its model and prompt, and the name under which the model is sent on
    /// (`Request::target_model`). Pass the path with or without its query.
    pub fn scan(&self, path: &str, body: &[u8], hints: Hints) -> Result<Request, Refusal> {
        let settings = self.live.load().scan.clone();
        let mut request = parse(path, body, &settings)?;
        request.hints = hints;
        Ok(request)
    }

    /// Request headers whose values belong in `Hints::profile` and `Hints::session`, in lower case;
    /// `None`: the settings ask for none.
    pub fn hint_headers(&self) -> HintHeaders {
        self.live.load().headers.clone()
    }

    /// Say what time it is, in milliseconds of any clock that never goes back. Call it now and then
    /// (every scrape): sessions and answers of endpoints grow old by it.
    pub fn tick(&self, now_ms: u64) {
        self.now.fetch_max(now_ms, Relaxed);
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
