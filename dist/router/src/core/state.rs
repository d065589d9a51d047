//! The core: all state that decisions read and write, and how the settings in force are replaced.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use parking_lot::{Mutex, RwLock};

use super::decide::Refusal;
use super::endpoint::{Endpoint, Fleet};
use super::index::Index;
use super::live::Live;
use super::policy::Policy;
use super::random::Random;
use super::request::{Hints, Request};
use super::rewrite;
use super::scan::parse;
use super::sessions::{self, Sessions};
use super::settings::{LiveSettings, SettingsError};
use super::telemetry::{MetricNames, Telemetry};

/// Names of headers that the settings ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HintHeaders {
    /// Chooses the profile.
    pub profile: Option<String>,
    /// Names the session.
    pub session: Option<String>,
}

/// All state that decisions read and write.
pub struct Core {
    /// Itself: tickets tell it where their requests went.
    pub(super) own: Weak<Self>,
    pub(super) live: ArcSwap<Live>,
    pub(super) applying: Mutex<()>,
    pub(super) index: RwLock<Index>,
    pub(super) sessions: Mutex<Sessions>,
    /// Counts cold prompts: the order in which endpoints got them.
    pub(super) colds: AtomicU64,
    pub(super) now: AtomicU64,
    pub(super) random: Random,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) policy: Option<Arc<dyn Policy>>,
}

impl Core {
    /// Make a core. Errors say what is wrong with the settings.
    pub fn new(
        settings: &LiveSettings,
        policy: Option<Arc<dyn Policy>>,
    ) -> Result<Arc<Self>, SettingsError> {
        settings.check()?;
        let fleet = Fleet::default().replaced(&settings.endpoints);
        let seed = settings
            .seed
            .unwrap_or_else(|| RandomState::new().hash_one("plimsoll"));
        let core = Arc::new_cyclic(|own| Self {
            own: own.clone(),
            live: ArcSwap::from_pointee(Live::new(settings, fleet, policy.is_some())),
            applying: Mutex::new(()),
            index: RwLock::default(),
            sessions: Mutex::default(),
            colds: AtomicU64::new(0),
            now: AtomicU64::new(0),
            random: Random::new(seed),
            telemetry: Telemetry::new(&settings.pool),
            policy,
        });
        core.index.write().reserve(core.live.load().slots);
        core.telemetry.follow(&core.live.load().fleet);
        Ok(core)
    }

    /// Replace endpoints and decisions at once; requests in flight are not touched. On an error
    /// everything stays as it was.
    pub fn apply(&self, settings: &LiveSettings) -> Result<(), SettingsError> {
        settings.check()?;
        let _one_at_a_time = self.applying.lock();
        let before = self.live.load_full();
        let fleet = before.fleet.replaced(&settings.endpoints);
        let next = Live::new(settings, fleet, self.policy.is_some());
        self.index.write().reserve(next.slots);
        self.telemetry.follow(&next.fleet);
        // Before the new ones are seen: they may have the slots of those that go.
        for endpoint in next.fleet.gone(&before.fleet) {
            self.forget(&endpoint);
        }
        self.live.store(Arc::new(next));
        Ok(())
    }

    /// An endpoint is gone: nothing may be found under its slot when another gets it. Whoever still
    /// admits a request to it sees under the index's lock that it is retired.
    fn forget(&self, endpoint: &Endpoint) {
        endpoint.retire();
        self.index.write().purge(endpoint.slot);
        self.sessions.lock().purge(endpoint.slot);
    }

    /// Read a request: its model and prompt, and the name under which the model is sent on
    /// (`Request::target_model`). Pass the path with or without its query.
    pub fn scan(&self, path: &str, body: &[u8], hints: Hints) -> Result<Request, Refusal> {
        let live = self.live.load();
        let mut request = parse(path, body, &live.scan).inspect_err(|refusal| {
            self.telemetry.dropped(refusal.reason());
        })?;
        let named = hints
            .model_rewrite
            .as_deref()
            .filter(|name| !name.is_empty());
        let target = named.or_else(|| {
            let rules = &live.settings.rewrites;
            rewrite::target(rules, &request.model, &self.random)
        });
        if let Some(target) = target.filter(|target| *target != request.model)
            && !request.model.is_empty()
        {
            request.target_model = target.to_owned();
        }
        request.hints = hints;
        Ok(request)
    }

    /// Request headers whose values belong in `Hints::profile` and `Hints::session`, in lower case;
    /// `None`: the settings ask for none.
    pub fn hint_headers(&self) -> HintHeaders {
        self.live.load().headers.clone()
    }

    /// The header of an answer that brings the client's next request to the same endpoint, and its value;
    /// `None`: the settings ask for none.
    pub fn session_token(&self, endpoint: &Endpoint) -> Option<(String, String)> {
        let live = self.live.load();
        let asked = live.settings.session.token;
        let header = live.headers.session.clone().filter(|_| asked)?;
        Some((header, sessions::token(&endpoint.settings.load().address)))
    }

    /// Say what time it is, in milliseconds of any clock that never goes back. Call it now and then
    /// (every scrape): sessions and answers of endpoints grow old by it.
    pub fn tick(&self, now_ms: u64) {
        self.now.fetch_max(now_ms, Relaxed);
    }

    /// The latest time that `tick` was told.
    pub fn now(&self) -> u64 {
        self.now.load(Relaxed)
    }

    /// The endpoints of this moment.
    pub fn fleet(&self) -> Fleet {
        self.live.load().fleet.clone()
    }

    /// Whether any endpoint may be chosen.
    pub fn ready(&self) -> bool {
        let live = self.live.load();
        live.fleet.endpoints.iter().any(|each| each.healthy())
    }

    /// The settings in force.
    pub fn settings(&self) -> LiveSettings {
        self.live.load().settings.clone()
    }

    /// Where doors count what only they see.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.telemetry
    }

    /// All metrics, in the text format of OpenMetrics.
    pub fn metrics(&self, names: MetricNames) -> String {
        let sizes = self.telemetry.sizes();
        {
            let index = self.index.read();
            sizes.index_blocks.store(index.len() as u64, Relaxed);
            sizes.index_bytes.store(index.footprint() as u64, Relaxed);
        }
        let sessions = self.sessions.lock().len() as u64;
        sizes.sessions.store(sessions, Relaxed);
        self.telemetry.text(names)
    }
}
