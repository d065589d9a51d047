//! Candidates and what a profile makes of them: filters narrow, scorers add up, the picker orders.

mod affinity;
mod labels;
mod pick;
mod score;

use std::sync::Arc;

use super::endpoint::{Endpoint, Signals};
use super::random::Random;
use super::settings::{FilterSettings, PickerSettings, ProfileSettings, ScorerKind};
use affinity::Affinity;
use score::Adapters;

/// An endpoint that may be chosen, with what is known of it at this moment.
pub struct Candidate<'a> {
    /// It.
    pub endpoint: &'a Arc<Endpoint>,
    /// Its place in the settings.
    pub position: usize,
    /// Leading blocks of the prompt that it holds.
    pub matched: u32,
    /// Requests in flight there.
    pub in_flight: f64,
    /// Tokens in flight there.
    pub tokens: f64,
    /// Requests that wait there, as it says.
    pub waiting: f64,
    /// Requests that it works on, as it says.
    pub running: f64,
    /// Usage of its KV cache, as it says.
    pub kv_usage: f64,
}

impl<'a> Candidate<'a> {
    /// Look at an endpoint now. What it says of itself is looked at only where `fresh` says how old it
    /// may be: that costs as much as all the rest.
    pub fn new(
        endpoint: &'a Arc<Endpoint>,
        position: usize,
        matched: u32,
        fresh: Option<Fresh>,
    ) -> Self {
        // Not kept: a thread holds few of these cheaply.
        let said = fresh.map(|fresh| (fresh, endpoint.signals.load()));
        let said = said.as_ref().filter(|(fresh, said)| fresh.is(said));
        let said = |value: fn(&Signals) -> f64| said.map_or(f64::NAN, |(_, said)| value(said));
        Self {
            endpoint,
            position,
            matched,
            in_flight: endpoint.in_flight().max(0) as f64,
            tokens: endpoint.in_flight_tokens().max(0) as f64,
            waiting: said(|signals| signals.waiting as f64),
            running: said(|signals| signals.running as f64),
            kv_usage: said(|signals| signals.kv_usage),
        }
    }
}

/// How old what endpoints say may be.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// The core's time, in milliseconds.
    pub now: u64,
    /// Milliseconds after which it no longer counts.
    pub stale: u64,
}

impl Fresh {
    fn is(self, said: &Signals) -> bool {
        said.read_at > 0 && self.now.saturating_sub(said.read_at) <= self.stale
    }
}

/// Endpoints that have not said anything lately count as the mean of those that have: silence neither
/// draws requests nor keeps them away.
pub fn fill_silence(candidates: &mut [Candidate<'_>]) {
    type Field = for<'a, 'b> fn(&'a mut Candidate<'b>) -> &'a mut f64;
    let fields: [Field; 3] = [
        |one| &mut one.waiting,
        |one| &mut one.running,
        |one| &mut one.kv_usage,
    ];
    for field in fields {
        let said = candidates.iter_mut().map(|one| *field(one));
        let said: Vec<f64> = said.filter(|value| value.is_finite()).collect();
        if said.len() == candidates.len() {
            continue;
        }
        let mean = said.iter().sum::<f64>() / said.len().max(1) as f64;
        for one in candidates.iter_mut().map(field) {
            if !one.is_finite() {
                *one = mean;
            }
        }
    }
}

/// What scorers know of a request.
pub struct Context<'a> {
    /// Model as the endpoint sees it.
    pub model: &'a str,
    /// Blocks of its prompt.
    pub blocks: usize,
    /// Tokens of one block.
    pub block_tokens: usize,
    /// Estimated tokens of its prompt.
    pub prompt_tokens: u64,
    /// Slot of its session's endpoint.
    pub pinned: Option<usize>,
    /// Slots that served cold prompts, longest ago first.
    pub cold_order: &'a [usize],
    /// For ties and draws.
    pub random: &'a Random,
}

impl Context<'_> {
    /// Tokens of the prompt that an endpoint holds.
    pub fn cached(&self, matched: u32) -> u64 {
        (u64::from(matched) * self.block_tokens as u64).min(self.prompt_tokens)
    }
}

/// A filter, with what it says of each endpoint where that does not depend on the request.
#[derive(Debug)]
enum Filter {
    Labels(Vec<bool>),
    Affinity(Affinity),
}

/// A profile, ready to be used.
#[derive(Debug)]
pub struct Profile {
    filters: Vec<Filter>,
    scorers: Vec<(f64, ScorerKind)>,
    picker: PickerSettings,
    /// Whether it asks which endpoints hold the prompt.
    pub reads_prefix: bool,
    /// Whether it asks what endpoints say of their load.
    pub reads_signals: bool,
    /// Whether it asks for the session's endpoint.
    pub reads_session: bool,
    /// Whether it asks who served cold prompts.
    pub reads_cold: bool,
}

/// Candidates that a profile left, and those that only a preference took away.
pub struct Kept<'a> {
    /// To choose from.
    pub first: Vec<Candidate<'a>>,
    /// To fall back to.
    pub spare: Vec<Candidate<'a>>,
}

impl<'a> Kept<'a> {
    /// Nothing was taken away.
    pub fn all(first: Vec<Candidate<'a>>) -> Self {
        let spare = Vec::new();
        Self { first, spare }
    }
}

impl Profile {
    /// Prepare a profile for endpoints with these labels.
    pub fn new<'a, L>(settings: &ProfileSettings, labels: L) -> Self
    where
        L: Iterator<Item = &'a std::collections::BTreeMap<String, String>> + Clone,
    {
        let filter = |filter: &FilterSettings| match Affinity::new(filter) {
            Some(affinity) => Filter::Affinity(affinity),
            None => Filter::Labels(
                labels
                    .clone()
                    .map(|labels| filter.keeps(labels).unwrap_or(true))
                    .collect(),
            ),
        };
        let filters: Vec<Filter> = settings.filters.iter().map(filter).collect();
        let kinds = || settings.scorers.iter().map(|scorer| &scorer.kind);
        let prefix = |kind: &ScorerKind| {
            matches!(
                kind,
                ScorerKind::PrefixCache { .. }
                    | ScorerKind::NoHitLru { .. }
                    | ScorerKind::TokenLoad { .. }
            )
        };
        let signals = |kind: &ScorerKind| {
            matches!(
                kind,
                ScorerKind::Queue {}
                    | ScorerKind::RunningRequestsSize {}
                    | ScorerKind::KvCacheUtilization {}
                    | ScorerKind::LoadAware { .. }
            )
        };
        Self {
            reads_prefix: kinds().any(prefix)
                || filters
                    .iter()
                    .any(|each| matches!(each, Filter::Affinity(_))),
            reads_signals: kinds().any(signals),
            reads_session: kinds().any(|kind| matches!(kind, ScorerKind::SessionAffinity {})),
            reads_cold: kinds().any(|kind| matches!(kind, ScorerKind::NoHitLru { .. })),
            scorers: settings
                .scorers
                .iter()
                .map(|scorer| (scorer.weight, scorer.kind.clone()))
                .collect(),
            picker: settings.picker.clone(),
            filters,
        }
    }

    /// Run the filters in order.
    pub fn filter<'a>(&self, candidates: Vec<Candidate<'a>>, context: &Context<'_>) -> Kept<'a> {
        let mut kept = Kept::all(candidates);
        for filter in &self.filters {
            match filter {
                Filter::Labels(keeps) => {
                    let keep = |each: &Candidate<'_>| keeps.get(each.position) != Some(&false);
                    kept.first.retain(keep);
                    kept.spare.retain(keep);
                }
                Filter::Affinity(affinity) => affinity.narrow(&mut kept, context),
            }
        }
        kept
    }

    /// Weighted sums of all scorers.
    pub fn scores(&self, candidates: &[Candidate<'_>], context: &Context<'_>) -> Vec<f64> {
        let mut sums = vec![0.0; candidates.len()];
        for (weight, kind) in &self.scorers {
            let values = values(kind, candidates, context);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += weight * value.clamp(0.0, 1.0);
            }
        }
        sums
    }

    /// Indices of the scores, first choice first; at most `most` of them.
    pub fn order(&self, scores: &[f64], most: usize, random: &Random) -> Vec<usize> {
        self.picker.order(scores, most, random)
    }

    /// How many endpoints the picker returns.
    pub fn count(&self) -> usize {
        self.picker.count()
    }
}

fn values(kind: &ScorerKind, candidates: &[Candidate<'_>], context: &Context<'_>) -> Vec<f64> {
    let each = |value: &dyn Fn(&Candidate<'_>) -> f64| candidates.iter().map(value).collect();
    let matched = || -> Vec<f64> { each(&|one| f64::from(one.matched)) };
    match kind {
        ScorerKind::Queue {} => score::fewest(&each(&|one| one.waiting)),
        ScorerKind::RunningRequestsSize {} => score::fewest(&each(&|one| one.running)),
        ScorerKind::KvCacheUtilization {} => score::free(&each(&|one| one.kv_usage)),
        ScorerKind::ActiveRequest {
            idle_threshold,
            max_busy_score,
        } => {
            let counts: Vec<f64> = each(&|one| one.in_flight);
            score::active(&counts, *idle_threshold as f64, *max_busy_score)
        }
        ScorerKind::TokenLoad {
            queue_threshold_tokens,
        } => {
            let own = |one: &Candidate<'_>| context.prompt_tokens - context.cached(one.matched);
            let tokens: Vec<f64> = each(&|one| one.tokens + own(one) as f64);
            score::token_load(&tokens, *queue_threshold_tokens as f64)
        }
        ScorerKind::LoadAware { threshold } => {
            let waiting: Vec<f64> = each(&|one| one.waiting);
            score::load_aware(&waiting, *threshold as f64)
        }
        ScorerKind::PrefixCache {
            prefix_length_weight,
            max_model_len,
        } => score::prefix(
            &matched(),
            context.blocks as f64,
            context.block_tokens as f64,
            *prefix_length_weight,
            *max_model_len as f64,
        ),
        ScorerKind::NoHitLru { lru_size } => {
            let cold = candidates.iter().all(|one| one.matched == 0);
            score::no_hit_lru(cold, &positions(candidates, context.cold_order, *lru_size))
        }
        ScorerKind::LoraAffinity {} => score::lora(&adapters(candidates, context.model)),
        ScorerKind::SessionAffinity {} => {
            let slots: Vec<usize> = candidates.iter().map(|one| one.endpoint.slot).collect();
            score::session(&slots, context.pinned)
        }
    }
}

fn positions(candidates: &[Candidate<'_>], order: &[usize], size: usize) -> Vec<Option<usize>> {
    let newest = order.get(order.len().saturating_sub(size)..);
    let newest = newest.unwrap_or_default();
    let position = |one: &Candidate<'_>| newest.iter().position(|slot| *slot == one.endpoint.slot);
    candidates.iter().map(position).collect()
}

fn adapters(candidates: &[Candidate<'_>], model: &str) -> Vec<Adapters> {
    let named = |names: &[String]| names.iter().any(|name| name == model);
    candidates
        .iter()
        .map(|one| {
            let signals = one.endpoint.signals.load();
            Adapters {
                running: named(&signals.adapters_running),
                waiting: named(&signals.adapters_waiting),
                count: signals.adapters_running.len() + signals.adapters_waiting.len(),
                most: usize::try_from(signals.adapters_most).unwrap_or(usize::MAX),
            }
        })
        .collect()
}
