//! What is counted, for Prometheus: under our names, and under llm-d's for dashboards that exist.
//!
//! Both names show the same counts, each with the labels that its readers know. Label values that clients choose are bounded: after the first 1000
//! the rest is counted as `other`. What endpoints say of themselves is read when Prometheus asks.

mod endpoints;
mod labels;
mod register;

use std::sync::Arc;

use arc_swap::ArcSwap;
use hashbrown::HashMap;
use parking_lot::{Mutex, RwLock};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use serde::Deserialize;

use super::endpoint::Fleet;
use super::ticket::Usage;
pub use endpoints::Sizes;
use endpoints::{Names, OfEndpoints};
pub use labels::Pair;
use labels::{
    Bounded, ErrorLabels, LlmDErrorLabels, LlmDRewriteLabels, ModelLabels, OutcomeLabels,
    ReasonLabels, llm_d_code,
};

type Histograms = Family<ModelLabels, Histogram, fn() -> Histogram>;

/// Whose names the metrics have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum MetricNames {
    /// This router's own: `plimsoll_router_…`
    #[default]
    #[serde(rename = "plimsoll")]
    Plimsoll,
    /// Those of llm-d's endpoint picker, for dashboards that exist: `llm_d_epp_…`
    #[serde(rename = "llm-d")]
    LlmD,
}

/// What became of a question to a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyOutcome {
    /// Its choice was used.
    Used,
    /// It wanted the built-in choice.
    Declined,
    /// It raised, or answered what is no index.
    Failed,
    /// Its answer did not come in time, or it was not asked because one had not.
    Late,
    /// It gave an index that no candidate has.
    BadIndex,
}

/// The counters of one model under one target name.
#[derive(Debug)]
pub struct OfModel {
    labels: ModelLabels,
    requests: Counter,
    running: Gauge,
    seconds: Histogram,
    first_token_seconds: Histogram,
    prompt_tokens: Histogram,
    cached_tokens: Histogram,
    output_tokens: Histogram,
}

#[derive(Debug, Default)]
struct Families {
    requests: Family<ModelLabels, Counter>,
    errors: Family<ErrorLabels, Counter>,
    llm_d_errors: Family<LlmDErrorLabels, Counter>,
    dropped: Family<ReasonLabels, Counter>,
    running: Family<ModelLabels, Gauge>,
    rewrites: Family<ModelLabels, Counter>,
    llm_d_rewrites: Family<LlmDRewriteLabels, Counter>,
    policy: Family<OutcomeLabels, Counter>,
    compared: Counter,
    predicted: Counter,
    cached: Counter,
}

/// All counters of one router.
#[derive(Debug)]
pub struct Telemetry {
    families: Families,
    decision_seconds: Histogram,
    hit_ratio: Histogram,
    seconds: Histograms,
    first_token_seconds: Histograms,
    prompt_tokens: Histograms,
    cached_tokens: Histograms,
    output_tokens: Histograms,
    models: RwLock<HashMap<(String, String), Arc<OfModel>>>,
    bounded: Mutex<Bounded>,
    fleet: Arc<ArcSwap<Fleet>>,
    sizes: Arc<Sizes>,
    /// Requests for which there was no endpoint.
    unserved: Counter,
    plimsoll: Registry,
    llm_d: Registry,
}

fn seconds() -> Histogram {
    Histogram::new([
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
    ])
}

fn tokens() -> Histogram {
    Histogram::new((0..18).map(|power| f64::from(1_u32 << power)))
}

impl Telemetry {
    /// Start counting. `pool` is the name of the pool in llm-d's metrics.
    pub fn new(pool: &str) -> Arc<Self> {
        let mut telemetry = Self {
            families: Families::default(),
            decision_seconds: Histogram::new([
                1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 1e-2, 0.1,
            ]),
            hit_ratio: Histogram::new((0..=10).map(|tenth| f64::from(tenth) / 10.0)),
            seconds: Family::new_with_constructor(seconds),
            first_token_seconds: Family::new_with_constructor(seconds),
            prompt_tokens: Family::new_with_constructor(tokens),
            cached_tokens: Family::new_with_constructor(tokens),
            output_tokens: Family::new_with_constructor(tokens),
            models: RwLock::default(),
            bounded: Mutex::default(),
            fleet: Arc::default(),
            sizes: Arc::default(),
            unserved: Counter::default(),
            plimsoll: Registry::with_prefix("plimsoll_router"),
            llm_d: Registry::with_prefix("llm_d_epp"),
        };
        telemetry.register_plimsoll();
        telemetry.register_llm_d(pool);
        Arc::new(telemetry)
    }

    fn of_endpoints(&self, names: Names) -> OfEndpoints {
        OfEndpoints {
            fleet: self.fleet.clone(),
            sizes: self.sizes.clone(),
            unserved: self.unserved.clone(),
            names,
        }
    }

    /// These are the endpoints from now on.
    pub fn follow(&self, fleet: &Fleet) {
        self.fleet.store(Arc::new(fleet.clone()));
    }

    /// Where the sizes of the index and the sessions are noted.
    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// All metrics, in the text format of OpenMetrics.
    pub fn text(&self, names: MetricNames) -> String {
        let registry = match names {
            MetricNames::Plimsoll => &self.plimsoll,
            MetricNames::LlmD => &self.llm_d,
        };
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, registry) {
            Ok(()) => text,
            // Writing to a string does not fail; if it did, half a page would be worse than none.
            Err(_) => String::new(),
        }
    }

    /// The counters of a model; clients choose its name, so there are at most about a thousand.
    pub fn of_model(&self, model: &str, target: &str) -> Arc<OfModel> {
        if let Some(known) = self.models.read().get(&Pair(model, target)) {
            return known.clone();
        }
        let (model, target) = self.folded(model, target);
        if let Some(known) = self.models.read().get(&Pair(&model, &target)) {
            return known.clone();
        }
        let labels = ModelLabels {
            model_name: model.clone(),
            target_model_name: target.clone(),
        };
        let made = Arc::new(OfModel {
            requests: self.families.requests.get_or_create(&labels).clone(),
            running: self.families.running.get_or_create(&labels).clone(),
            seconds: self.seconds.get_or_create(&labels).clone(),
            first_token_seconds: self.first_token_seconds.get_or_create(&labels).clone(),
            prompt_tokens: self.prompt_tokens.get_or_create(&labels).clone(),
            cached_tokens: self.cached_tokens.get_or_create(&labels).clone(),
            output_tokens: self.output_tokens.get_or_create(&labels).clone(),
            labels,
        });
        self.models
            .write()
            .entry((model, target))
            .or_insert(made)
            .clone()
    }

    fn folded(&self, model: &str, target: &str) -> (String, String) {
        let mut names = self.bounded.lock();
        (names.fold(model), names.fold(target))
    }

    /// An endpoint was chosen; `share` of the prompt is expected to be cached there.
    pub fn chosen(&self, model: &OfModel, share: Option<f64>) {
        model.requests.inc();
        if model.labels.model_name != model.labels.target_model_name {
            self.families.rewrites.get_or_create(&model.labels).inc();
            let labels = LlmDRewriteLabels {
                model_name: model.labels.model_name.clone(),
                target_model: model.labels.target_model_name.clone(),
            };
            self.families.llm_d_rewrites.get_or_create(&labels).inc();
        }
        if let Some(share) = share {
            self.hit_ratio.observe(share);
        }
    }

    /// How long a decision took.
    pub fn decided(&self, seconds: f64) {
        self.decision_seconds.observe(seconds);
    }

    /// A request was refused; `reason` as in llm-d's drop reasons.
    pub fn dropped(&self, reason: &'static str) {
        if matches!(reason, "rejected-no-endpoints" | "rejected-saturated") {
            self.unserved.inc();
        }
        self.families
            .dropped
            .get_or_create(&ReasonLabels { reason })
            .inc();
    }

    /// A request ended in an error of this HTTP status.
    pub fn failed(&self, model: &str, target: &str, error_code: u16) {
        let (model_name, target_model_name) = self.folded(model, target);
        let labels = LlmDErrorLabels {
            model_name: model_name.clone(),
            target_model_name: target_model_name.clone(),
            error_code: llm_d_code(error_code),
        };
        self.families.llm_d_errors.get_or_create(&labels).inc();
        let labels = ErrorLabels {
            model_name,
            target_model_name,
            error_code,
        };
        self.families.errors.get_or_create(&labels).inc();
    }

    /// A policy was asked.
    pub fn policy(&self, outcome: PolicyOutcome) {
        let outcome = match outcome {
            PolicyOutcome::Used => "used",
            PolicyOutcome::Declined => "declined",
            PolicyOutcome::Failed => "failed",
            PolicyOutcome::Late => "late",
            PolicyOutcome::BadIndex => "bad-index",
        };
        self.families
            .policy
            .get_or_create(&OutcomeLabels { outcome })
            .inc();
    }

    /// A response said what it cost; `predicted` tokens were expected to be cached.
    pub fn used(&self, model: &OfModel, usage: Usage, predicted: u64) {
        model.prompt_tokens.observe(usage.prompt as f64);
        model.cached_tokens.observe(usage.cached as f64);
        model.output_tokens.observe(usage.completion as f64);
        self.families.compared.inc_by(usage.prompt);
        self.families.predicted.inc_by(predicted.min(usage.prompt));
        self.families.cached.inc_by(usage.cached);
    }

    /// Prompt tokens compared so far, those predicted to be cached, and those that were.
    pub fn compared(&self) -> (u64, u64, u64) {
        let families = &self.families;
        (
            families.compared.get(),
            families.predicted.get(),
            families.cached.get(),
        )
    }
}

impl OfModel {
    /// A request is in flight.
    pub fn began(&self) {
        self.running.inc();
    }

    /// It is no longer.
    pub fn ended(&self) {
        self.running.dec();
    }

    /// Requests in flight.
    pub fn running(&self) -> i64 {
        self.running.get()
    }

    /// Seconds from the request to the end of its response.
    pub fn took(&self, seconds: f64) {
        self.seconds.observe(seconds);
    }

    /// Seconds from the request to the first token of its response.
    pub fn first_token(&self, seconds: f64) {
        self.first_token_seconds.observe(seconds);
    }
}

#[cfg(test)]
mod tests;
