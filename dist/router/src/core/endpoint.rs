//! Endpoints and what is known of each: counted here, or scraped from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

use arc_swap::ArcSwap;

use super::settings::EndpointSettings;

/// How many endpoints one router can hold: prefix masks have one bit for each.
pub const MOST_ENDPOINTS: usize = 512;

/// What an endpoint last said of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signals {
    /// Requests that wait in it.
    pub waiting: u64,
    /// Requests that it works on.
    pub running: u64,
    /// Share of its KV cache in use, 0 to 1.
    pub kv_usage: f64,
    /// Tokens of one KV block; 0 when it does not say.
    pub block_size: u64,
    /// KV blocks that it has; 0 when it does not say.
    pub blocks: u64,
    /// LoRA adapters that it has loaded, and that wait to be loaded.
    pub adapters_running: Vec<String>,
    /// Adapters of waiting requests.
    pub adapters_waiting: Vec<String>,
    /// How many adapters it can hold; 0 when it does not say.
    pub adapters_most: u64,
    /// Prefix-cache tokens asked for and hit, as counters.
    pub prefix_queries: u64,
    /// See `prefix_queries`.
    pub prefix_hits: u64,
    /// Milliseconds on the core's clock when this was read; 0: never.
    pub read_at: u64,
}

/// One endpoint. Its state survives `Core::apply` as long as its address stays.
#[derive(Debug)]
pub struct Endpoint {
    /// As Python gave it; replaced with the settings.
    pub settings: ArcSwap<EndpointSettings>,
    /// Its bit in prefix masks.
    pub slot: usize,
    in_flight: AtomicI64,
    in_flight_tokens: AtomicI64,
    healthy: AtomicBool,
    /// What it last said of itself.
    pub signals: ArcSwap<Signals>,
    served: AtomicU64,
    cold_at: AtomicU64,
    retired: AtomicBool,
}

impl Endpoint {
    /// Make an endpoint about which nothing is known; it counts as healthy.
    pub fn new(settings: EndpointSettings, slot: usize) -> Self {
        Self {
            settings: ArcSwap::from_pointee(settings),
            slot,
            in_flight: AtomicI64::new(0),
            in_flight_tokens: AtomicI64::new(0),
            healthy: AtomicBool::new(true),
            signals: ArcSwap::from_pointee(Signals::default()),
            served: AtomicU64::new(0),
            cold_at: AtomicU64::new(0),
            retired: AtomicBool::new(false),
        }
    }

    /// `host:port`.
    pub fn address(&self) -> String {
        self.settings.load().address.clone()
    }

    /// Requests that this router has sent and whose response has not ended.
    pub fn in_flight(&self) -> i64 {
        self.in_flight.load(Relaxed)
    }

    /// Prompt tokens of those requests, without what was predicted to be cached.
    pub fn in_flight_tokens(&self) -> i64 {
        self.in_flight_tokens.load(Relaxed)
    }

    /// Whether it may be chosen while others can.
    pub fn healthy(&self) -> bool {
        self.healthy.load(Relaxed)
    }

    /// Say whether it may be chosen; returns what was said before.
    pub fn set_healthy(&self, healthy: bool) -> bool {
        self.healthy.swap(healthy, Relaxed)
    }

    pub(super) fn take(&self, tokens: i64) {
        self.in_flight.fetch_add(1, Relaxed);
        self.in_flight_tokens.fetch_add(tokens, Relaxed);
        self.served.fetch_add(1, Relaxed);
    }

    pub(super) fn give_back(&self, tokens: i64) {
        self.in_flight.fetch_sub(1, Relaxed);
        self.in_flight_tokens.fetch_sub(tokens, Relaxed);
    }

    pub(super) fn computed(&self, tokens: i64) {
        self.in_flight_tokens.fetch_sub(tokens, Relaxed);
    }

    /// Which of all cold prompts was the last that it got; 0: none.
    pub(super) fn cold_at(&self) -> u64 {
        self.cold_at.load(Relaxed)
    }

    pub(super) fn set_cold_at(&self, at: u64) {
        self.cold_at.fetch_max(at, Relaxed);
    }

    /// Whether the settings no longer name it.
    pub fn retired(&self) -> bool {
        self.retired.load(Relaxed)
    }

    pub(super) fn retire(&self) {
        self.retired.store(true, Relaxed);
    }

    /// Requests sent to it since the start.
    pub fn served(&self) -> u64 {
        self.served.load(Relaxed)
    }
}

/// The endpoints of one moment, in the order of the settings.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// All of them.
    pub endpoints: Vec<Arc<Endpoint>>,
}

impl Fleet {
    /// The endpoint with this address.
    pub fn by_address(&self, address: &str) -> Option<&Arc<Endpoint>> {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.settings.load().address == address)
    }

    /// Endpoints of an earlier fleet that are not in this one.
    pub(super) fn gone(&self, before: &Self) -> Vec<Arc<Endpoint>> {
        let stays =
            |known: &&Arc<Endpoint>| self.endpoints.iter().any(|one| Arc::ptr_eq(one, known));
        before
            .endpoints
            .iter()
            .filter(|known| !stays(known))
            .cloned()
            .collect()
    }

    /// The next fleet: endpoints whose address stays keep their state and their slot. Slots of those that
    /// go are free at once.
    pub fn replaced(&self, settings: &[EndpointSettings]) -> Self {
        let known: Vec<_> = settings
            .iter()
            .take(MOST_ENDPOINTS)
            .map(|each| (each, self.by_address(&each.address)))
            .collect();
        let mut taken = [false; MOST_ENDPOINTS];
        for (_, known) in &known {
            if let Some(slot) = known.and_then(|known| taken.get_mut(known.slot)) {
                *slot = true;
            }
        }
        let mut free = (0..MOST_ENDPOINTS).filter(|slot| !taken[*slot]);
        let endpoints = known
            .into_iter()
            .filter_map(|(each, known)| match known {
                Some(known) => {
                    known.settings.store(Arc::new(each.clone()));
                    Some(known.clone())
                }
                None => {
                    let slot = free.next()?;
                    Some(Arc::new(Endpoint::new(each.clone(), slot)))
                }
            })
            .collect();
        Self { endpoints }
    }
}
