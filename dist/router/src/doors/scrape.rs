//! Asks endpoints for their load, and finds out which of them are there at all.
//!
//! One task for each endpoint; none of them ever makes a decision wait. It promises that an endpoint which
//! does not answer is asked less and less often, up to a limit, that one to which nothing was sent is asked
//! less often too (a page of metrics costs an engine milliseconds), that the pages of all are spread in
//! time, and that what an endpoint says is bounded.

pub mod engines;
mod probe;
mod question;
pub mod text;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::upstream::Upstreams;
use crate::core::{Core, Endpoint, LiveSettings};
use engines::Engines;
use probe::Prober;

/// How often the core is told the time, and kept connections are looked at.
const TICK: Duration = Duration::from_millis(100);
const TIDY: Duration = Duration::from_secs(10);

/// What the settings say of scraping.
#[derive(Default)]
pub struct Plan {
    /// Between two questions to one endpoint; zero: only whether those are back that were down.
    pub interval: Duration,
    /// What to look for.
    pub engines: Engines,
}

impl Plan {
    fn new(live: &LiveSettings) -> Self {
        Self {
            interval: Duration::from_millis(live.scrape.interval_ms),
            engines: Engines::new(&live.scrape),
        }
    }
}

/// Asks all endpoints of a core, as the settings say.
pub struct Scraper {
    core: Arc<Core>,
    upstreams: Arc<Upstreams>,
    plan: ArcSwap<Plan>,
    changed: Notify,
    start: Instant,
}

impl Scraper {
    /// Nothing is asked before [`Scraper::run`].
    pub fn new(core: Arc<Core>, upstreams: Arc<Upstreams>, live: &LiveSettings) -> Arc<Self> {
        Arc::new(Self {
            core,
            upstreams,
            plan: ArcSwap::from_pointee(Plan::new(live)),
            changed: Notify::new(),
            start: Instant::now(),
        })
    }

    /// Follow settings that the core has taken.
    pub fn follow(&self, live: &LiveSettings) {
        self.plan.store(Arc::new(Plan::new(live)));
        self.changed.notify_one();
    }

    /// Milliseconds since the start, and one: 0 is "never".
    fn now_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    /// Ask until dropped.
    pub async fn run(self: Arc<Self>) {
        let mut tasks = Tasks::default();
        let mut tick = tokio::time::interval(TICK);
        let mut tidied = Instant::now();
        tasks.follow(&self);
        loop {
            tokio::select! {
                _ = tick.tick() => self.core.tick(self.now_ms()),
                () = self.changed.notified() => tasks.follow(&self),
            }
            if tidied.elapsed() > TIDY {
                self.upstreams.close_idle();
                tidied = Instant::now();
            }
        }
    }
}

/// The task of each endpoint that is in the fleet.
#[derive(Default)]
struct Tasks {
    running: HashMap<String, (Arc<Endpoint>, JoinHandle<()>)>,
}

impl Tasks {
    fn follow(&mut self, scraper: &Arc<Scraper>) {
        let fleet = scraper.core.fleet();
        self.running.retain(|address, (endpoint, task)| {
            let stays = fleet
                .by_address(address)
                .is_some_and(|known| Arc::ptr_eq(known, endpoint));
            if !stays {
                task.abort();
            }
            stays
        });
        for endpoint in &fleet.endpoints {
            self.running.entry(endpoint.address()).or_insert_with(|| {
                let prober = Prober::new(scraper.clone(), endpoint.clone());
                (endpoint.clone(), tokio::spawn(prober.run()))
            });
        }
        scraper.upstreams.keep(&question::servers(&fleet));
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for (_, task) in self.running.values() {
            task.abort();
        }
    }
}
