//! One endpoint: asked, believed, and given up for a while when it does not answer.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, HeaderValue};
use http::uri::PathAndQuery;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use tokio::time::{sleep, timeout};

use super::Scraper;
use crate::core::{Endpoint, EndpointSettings, Fleet, Signals};
use crate::doors::upstream::{Failure, Origin, Outgoing};

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest page of metrics, in bytes.
const MOST_PAGE: usize = 8 << 20;
/// Between two questions to an endpoint that does not answer, at most; and at least.
const MOST_BACK_OFF: Duration = Duration::from_secs(2);
const LEAST_BACK_OFF: Duration = Duration::from_millis(50);
/// Between two questions to an endpoint to which nothing was sent, at most.
const MOST_IDLE: Duration = Duration::from_millis(1000);
/// So many bad answers in a row, and the endpoint is not used. No connection is enough at once.
const BAD_ANSWERS: u32 = 3;

/// Asks one endpoint.
pub struct Prober {
    scraper: Arc<Scraper>,
    endpoint: Arc<Endpoint>,
    jitter: RandomState,
    asked: u64,
    bad: u32,
    mute: bool,
    served: u64,
    idle: u32,
}

enum Answer {
    /// What it says of itself, or why it says nothing.
    Page(Result<Signals, String>),
    /// It is there, but something is wrong with it.
    Bad(String),
    /// No connection.
    Down(String),
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
            mute: false,
            served,
            idle: 0,
        }
    }

    /// Ask until the task is ended.
    pub async fn run(mut self) {
        loop {
            let interval = self.scraper.plan.load().interval;
            if !interval.is_zero() || !self.endpoint.healthy() {
                let answer = self.ask().await;
                self.believe(answer);
            }
            sleep(self.pause(interval)).await;
        }
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

    fn believe(&mut self, answer: Answer) {
        let address = || self.endpoint.address();
        match answer {
            Answer::Page(read) => {
                self.bad = 0;
                match read {
                    Ok(signals) => {
                        self.endpoint.signals.store(Arc::new(signals));
                        self.mute = false;
                    }
                    Err(why) if !std::mem::replace(&mut self.mute, true) => {
                        tracing::warn!(
                            "the endpoint {} is used without its load: {why}",
                            address()
                        );
                    }
                    Err(_) => {}
                }
                if !self.endpoint.set_healthy(true) {
                    tracing::info!("the endpoint {} answers and is used again", address());
                }
            }
            Answer::Bad(why) => {
                self.bad = self.bad.saturating_add(1);
                if self.bad >= BAD_ANSWERS && self.endpoint.set_healthy(false) {
                    tracing::warn!(
                        "the endpoint {} is not used until it answers well: {why}",
                        address()
                    );
                }
            }
            Answer::Down(why) => {
                self.bad = self.bad.saturating_add(1);
                if self.endpoint.set_healthy(false) {
                    tracing::warn!(
                        "the endpoint {} is not used until it answers: {why}",
                        address()
                    );
                }
            }
        }
    }

    async fn ask(&self) -> Answer {
        match timeout(PATIENCE, self.ask_unbounded()).await {
            Ok(answer) => answer,
            Err(_) => Answer::Bad(format!(
                "no page of metrics within {} seconds",
                PATIENCE.as_secs()
            )),
        }
    }

    async fn ask_unbounded(&self) -> Answer {
        let settings = self.endpoint.settings.load_full();
        let (base, path) = place(&settings.url, &settings.metrics_url);
        let pool = match self.scraper.upstreams.pool(&base) {
            Ok(pool) => pool,
            Err(failure) => return Answer::Down(failure.to_string()),
        };
        let asked = pool.send(|origin| request(origin, &path)).await;
        let (response, lease) = match asked {
            Ok(answered) => answered,
            Err(failure @ Failure::Connect(_)) => return Answer::Down(failure.to_string()),
            Err(failure) => return Answer::Bad(failure.to_string()),
        };
        let status = response.status();
        let page = match Limited::new(response.into_body(), MOST_PAGE)
            .collect()
            .await
        {
            Ok(page) => page.to_bytes(),
            Err(error) => return Answer::Bad(format!("its page of metrics broke off: {error}")),
        };
        lease.give_back();
        if status.is_server_error() {
            return Answer::Bad(format!("its page of metrics is answered with {status}"));
        }
        // An engine without metrics is used all the same.
        Answer::Page(self.read(&settings, status, &page))
    }

    fn read(
        &self,
        settings: &EndpointSettings,
        status: StatusCode,
        page: &[u8],
    ) -> Result<Signals, String> {
        if status != StatusCode::OK {
            return Err(format!("its page of metrics is answered with {status}"));
        }
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
}

fn request(origin: &Origin, path: &PathAndQuery) -> Outgoing {
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.uri_mut() = origin.target(path);
    request.headers_mut().insert(HOST, origin.authority.clone());
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("text/plain"));
    request
}

/// Server and path of an endpoint's metrics.
fn place(url: &str, metrics_url: &str) -> (String, PathAndQuery) {
    let usual = || (url.to_owned(), PathAndQuery::from_static("/metrics"));
    if metrics_url.is_empty() {
        return usual();
    }
    let Ok(uri) = metrics_url.parse::<http::Uri>() else {
        return usual();
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return usual();
    };
    let path = uri.path_and_query().cloned();
    let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
    (format!("{scheme}://{authority}"), path)
}

/// Every server that a fleet needs connections to.
pub fn urls(fleet: &Fleet) -> Vec<String> {
    let both = fleet.endpoints.iter().flat_map(|endpoint| {
        let settings = endpoint.settings.load();
        [
            settings.url.clone(),
            place(&settings.url, &settings.metrics_url).0,
        ]
    });
    both.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_under_the_url_or_where_the_settings_say() {
        let (base, path) = place("http://h:1/engine", "");
        assert_eq!(
            ("http://h:1/engine", "/metrics"),
            (base.as_str(), path.as_str())
        );
        let (base, path) = place("http://h:1", "https://m:2/a/b?c=d");
        assert_eq!(("https://m:2", "/a/b?c=d"), (base.as_str(), path.as_str()));
    }
}
