//! One endpoint: asked, believed, and given up for a while when it does not answer.
//!
//! Its health decides whether it is used: /health with a server's error a few times in a row, or no
//! connection even once, takes it out until it answers well. Its metrics only say how busy it is: without
//! them it is used all the same, and its load is not known.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::Scraper;
use super::question::{self, Trouble};
use crate::core::{Endpoint, EndpointSettings, Signals};

/// Between two questions to an endpoint that does not answer, at most; and at least.
const MOST_BACK_OFF: Duration = Duration::from_secs(2);
const LEAST_BACK_OFF: Duration = Duration::from_millis(50);
/// Between two questions to an endpoint to which nothing was sent, at most.
const MOST_IDLE: Duration = Duration::from_millis(1000);
/// Between two questions for the health of an endpoint that is well.
const HEALTH: Duration = Duration::from_secs(2);
/// So many bad answers in a row, and the endpoint is not used. No connection is enough at once.
const BAD_ANSWERS: u32 = 3;

/// Asks one endpoint.
pub struct Prober {
    scraper: Arc<Scraper>,
    endpoint: Arc<Endpoint>,
    jitter: RandomState,
    asked: u64,
    bad: u32,
    well: Option<Instant>,
    mute: bool,
    served: u64,
    idle: u32,
}

impl Prober {
    /// Nothing is asked before [`Prober::run`].
    pub fn new(scraper: Arc<Scraper>, endpoint: Arc<Endpoint>) -> Self {
        let (jitter, served) = (RandomState::new(), endpoint.served());
        Self {
            scraper,
            endpoint,
            jitter,
            asked: 0,
            bad: 0,
            well: None,
            mute: false,
            served,
            idle: 0,
        }
    }

    /// Ask until the task is ended.
    pub async fn run(mut self) {
        loop {
            let interval = self.scraper.plan.load().interval;
            self.ask(interval).await;
            sleep(self.pause(interval)).await;
        }
    }

    async fn ask(&mut self, interval: Duration) {
        let settings = self.endpoint.settings.load_full();
        let upstreams = self.scraper.upstreams.clone();
        let healthy = self.endpoint.healthy() && self.bad == 0;
        let due = !interval.is_zero() && self.well.is_none_or(|last| last.elapsed() > HEALTH);
        if !healthy || due {
            match question::health(&upstreams, &settings).await {
                Ok(()) => self.answers_well(),
                Err(trouble) => return self.answers_badly(&trouble),
            }
        }
        if interval.is_zero() {
            return;
        }
        let page = question::metrics(&upstreams, &settings).await;
        let elsewhere = !settings.metrics_url.is_empty();
        match page {
            Ok(page) => self.hear(self.read(&settings, &page)),
            Err(trouble @ Trouble::Down(_)) if !elsewhere => self.answers_badly(&trouble),
            Err(Trouble::Down(why) | Trouble::Bad(why)) => self.hear(Err(why)),
        }
    }

    fn answers_well(&mut self) {
        self.bad = 0;
        self.well = Some(Instant::now());
        if !self.endpoint.set_healthy(true) {
            let address = self.endpoint.address();
            tracing::info!("the endpoint {address} answers and is used again");
        }
    }

    fn answers_badly(&mut self, trouble: &Trouble) {
        self.bad = self.bad.saturating_add(1);
        let (enough, why) = match trouble {
            Trouble::Down(why) => (true, why),
            Trouble::Bad(why) => (self.bad >= BAD_ANSWERS, why),
        };
        if enough && self.endpoint.set_healthy(false) {
            let address = self.endpoint.address();
            tracing::warn!("the endpoint {address} is not used until it answers well: {why}");
        }
    }

    fn hear(&mut self, said: Result<Signals, String>) {
        match said {
            Ok(signals) => {
                self.endpoint.signals.store(Arc::new(signals));
                self.mute = false;
            }
            Err(why) => {
                if !std::mem::replace(&mut self.mute, true) {
                    let address = self.endpoint.address();
                    tracing::warn!("the endpoint {address} is used without its load: {why}");
                }
            }
        }
    }

    fn read(&self, settings: &EndpointSettings, page: &[u8]) -> Result<Signals, String> {
        let plan = self.scraper.plan.load();
        let Some(wanted) = plan.engines.of(settings) else {
            return Err("the metrics of its engine are not known".to_owned());
        };
        let signals = wanted.read(page).ok_or_else(|| {
            "its page of metrics has none of those that its engine should have".to_owned()
        })?;
        Ok(Signals {
            read_at: self.scraper.now_ms(),
            ..signals
        })
    }

    /// Until the next question, a tenth more or less.
    fn pause(&mut self, interval: Duration) -> Duration {
        let served = self.endpoint.served();
        let used = served != self.served || self.endpoint.in_flight() > 0;
        self.idle = if used { 0 } else { self.idle.saturating_add(1) };
        self.served = served;
        let pause = if self.bad > 0 {
            let doubled = LEAST_BACK_OFF.saturating_mul(1 << self.bad.min(10));
            doubled.max(interval).min(MOST_BACK_OFF.max(interval))
        } else if interval.is_zero() {
            LEAST_BACK_OFF
        } else {
            // The first idle questions come at the usual pace: they see the last requests end.
            let slower = interval.saturating_mul(self.idle.saturating_sub(3).clamp(1, 1000));
            slower.min(MOST_IDLE.max(interval))
        };
        self.asked = self.asked.wrapping_add(1);
        let random = self.jitter.hash_one(self.asked) % 201;
        pause.saturating_mul(900 + u32::try_from(random).unwrap_or(100)) / 1000
    }
}
