//! From a request to endpoints in the order in which they should be tried.

use std::sync::Arc;
use std::time::Instant;

use xxhash_rust::xxh64::xxh64;

use super::endpoint::Endpoint;
use super::live::Live;
use super::policy::PolicyView;
use super::request::{Kind, Request};
use super::select::{Candidate, Context, Fresh, Kept, Profile, fill_silence};
use super::sessions::{self, SessionKey};
use super::state::Core;
use super::telemetry::{OfModel, PolicyOutcome};

/// Share of a prompt's blocks that an endpoint must hold to be `available` for `Prefer: if-available`.
const AVAILABLE: f64 = 0.80;

/// Why no endpoint was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No endpoint is there, or none in the subset: 503.
    NoEndpoints,
    /// Filters took all candidates away: 429.
    Saturated,
    /// The request itself is wrong: 400, with a sentence.
    BadRequest(String),
    /// No endpoint serves the model that it names, with a sentence: 404, or what the door has for it.
    UnknownModel(String),
    /// `Prefer: if-available` and no endpoint holds the prefix: 412.
    NotAvailable,
}

impl Refusal {
    /// The reason under which it is counted; for the first two llm-d's drop reasons.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoEndpoints => "rejected-no-endpoints",
            Self::Saturated => "rejected-saturated",
            Self::BadRequest(_) => "bad-request",
            Self::UnknownModel(_) => "model-not-found",
            Self::NotAvailable => "not-available",
        }
    }
}

/// Endpoints to try, best first; never empty.
#[derive(Debug, Clone)]
pub struct Decision {
    /// In the order in which they should be tried: those that the picker returned, then fallbacks.
    pub choices: Vec<Arc<Endpoint>>,
    /// How many of them the picker returned.
    pub picked: usize,
    /// Tokens of the prompt that the first is expected to hold.
    pub predicted_cached: u64,
    /// Tokens that count as in flight at the chosen endpoint.
    pub load_tokens: u64,
    /// Hashes to remember for the chosen endpoint; the model is part of them.
    pub blocks: Vec<u64>,
    /// No candidate holds any of the prompt, and the profile wants to know.
    pub(super) cold: bool,
    pub(super) session: Option<Session>,
    pub(super) model: Arc<OfModel>,
}

/// A session, and the slot that it stays with whatever is chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Session {
    pub(super) key: SessionKey,
    pub(super) stays: Option<usize>,
}

impl Core {
    /// Choose endpoints for a request.
    pub fn decide(&self, request: &Request) -> Result<Decision, Refusal> {
        let started = Instant::now();
        let decision = self.choose(&self.live.load(), request);
        self.telemetry.decided(started.elapsed().as_secs_f64());
        match &decision {
            Ok(decision) => {
                let share = decision.predicted_cached as f64 / request.prompt_tokens.max(1) as f64;
                let share = (!decision.blocks.is_empty()).then_some(share);
                self.telemetry.chosen(&decision.model, share);
            }
            Err(refusal) => self.telemetry.dropped(refusal.reason()),
        }
        decision
    }

    fn choose(&self, live: &Live, request: &Request) -> Result<Decision, Refusal> {
        let profile = live.profile(&request.hints)?;
        let model = request.sent_model();
        let eligible = live.eligible(request, model)?;
        let keys = self.keys(profile, request, model);
        let matched = match keys.is_empty() {
            true => Vec::new(),
            false => self.index.read().lookup(&keys, live.slots),
        };
        let asked = profile.reads_signals || self.policy.is_some();
        let fresh = asked.then_some(Fresh {
            now: self.now(),
            stale: live.settings.scrape.stale_ms,
        });
        let mut candidates: Vec<Candidate<'_>> = eligible
            .into_iter()
            .filter_map(|position| {
                let endpoint = live.fleet.endpoints.get(position)?;
                let matched = matched.get(endpoint.slot).copied().unwrap_or_default();
                Some(Candidate::new(endpoint, position, matched, fresh))
            })
            .collect();
        if asked {
            fill_silence(&mut candidates);
        }
        let candidates = available(candidates, request, keys.len())?;
        let (pinned, session) = self.session(live, profile, request);
        let cold_order = self.cold_order(live, profile);
        let context = Context {
            model,
            blocks: keys.len(),
            block_tokens: live.shape.tokens,
            prompt_tokens: request.prompt_tokens,
            pinned,
            cold_order: &cold_order,
            random: &self.random,
        };
        let cold = profile.reads_cold && candidates.iter().all(|one| one.matched == 0);
        let present = |slot: usize| candidates.iter().any(|one| one.endpoint.slot == slot);
        let session = session.map(|session| Session {
            stays: session.stays.filter(|slot| present(*slot)),
            ..session
        });
        let kept = match request.has_no_body() {
            true => Kept::all(candidates),
            false => profile.filter(candidates, &context),
        };
        if kept.first.is_empty() {
            return Err(Refusal::Saturated);
        }
        let picked = profile.count().min(kept.first.len());
        let most = picked + live.settings.fallbacks;
        let ordered = match request.has_no_body() {
            true => self.shuffled(&kept, most),
            false => self.ordered(profile, &kept, most, &context),
        };
        let predicted_cached = ordered.first().map_or(0, |one| context.cached(one.matched));
        let choices: Vec<_> = ordered.iter().map(|one| one.endpoint.clone()).collect();
        Ok(Decision {
            picked: picked.min(choices.len()),
            choices,
            predicted_cached,
            load_tokens: request.prompt_tokens - predicted_cached,
            blocks: keys,
            cold,
            session,
            model: self.telemetry.of_model(&request.model, model),
        })
    }

    /// Nothing is known of the request: any order.
    fn shuffled<'a>(&self, kept: &'a Kept<'a>, most: usize) -> Vec<&'a Candidate<'a>> {
        let mut all: Vec<&Candidate<'_>> = kept.first.iter().collect();
        self.random.shuffle(&mut all);
        all.truncate(most);
        all
    }

    /// At most `most` candidates, best first: the policy's choice, the picker's, then those that only
    /// a preference passed over.
    fn ordered<'a>(
        &self,
        profile: &Profile,
        kept: &'a Kept<'a>,
        most: usize,
        context: &Context<'_>,
    ) -> Vec<&'a Candidate<'a>> {
        let scores = profile.scores(&kept.first, context);
        let order = profile.order(&scores, most, &self.random);
        let mut ordered: Vec<_> = order
            .iter()
            .filter_map(|index| kept.first.get(*index))
            .collect();
        if ordered.len() < most {
            let mut spare: Vec<_> = kept.spare.iter().collect();
            spare.sort_by(|one, two| one.in_flight.total_cmp(&two.in_flight));
            ordered.extend(spare);
        }
        if let Some(chosen) = self.ask(kept, &scores, &order, context) {
            ordered.retain(|one| !Arc::ptr_eq(one.endpoint, chosen.endpoint));
            ordered.insert(0, chosen);
        }
        ordered.truncate(most);
        ordered
    }

    /// Ask the policy, if there is one.
    fn ask<'a>(
        &self,
        kept: &'a Kept<'a>,
        scores: &[f64],
        order: &[usize],
        context: &Context<'_>,
    ) -> Option<&'a Candidate<'a>> {
        let policy = self.policy.as_ref()?;
        let all: Vec<&Candidate<'_>> = kept.first.iter().chain(&kept.spare).collect();
        let best = order.first().copied().unwrap_or_default();
        let view = PolicyView::new(&all, scores, best, context);
        let (chosen, outcome) = match policy.choose(&view) {
            Err(outcome) => (None, outcome),
            Ok(index) => match all.get(index) {
                Some(one) => (Some(*one), PolicyOutcome::Used),
                None => (None, PolicyOutcome::BadIndex),
            },
        };
        self.telemetry.policy(outcome);
        chosen
    }

    /// Keys of the prompt's blocks in the index: the model is mixed in, so that models do not match.
    fn keys(&self, profile: &Profile, request: &Request, model: &str) -> Vec<u64> {
        let asked = profile.reads_prefix || request.hints.if_available || self.policy.is_some();
        if !asked || request.blocks.is_empty() {
            return Vec::new();
        }
        let salt = xxh64(model.as_bytes(), 0);
        request.blocks.iter().map(|block| block ^ salt).collect()
    }

    /// The slot that the request's session is with, and the session if it is to be remembered: not where
    /// the client's token says it all.
    fn session(
        &self,
        live: &Live,
        profile: &Profile,
        request: &Request,
    ) -> (Option<usize>, Option<Session>) {
        let name = request.hints.session.as_deref().unwrap_or_default();
        if !profile.reads_session || name.is_empty() {
            return (None, None);
        }
        if let Some(slot) = live.said_by(name) {
            return (Some(slot), None);
        }
        let key = sessions::key(name);
        let ttl = live.settings.session.ttl_ms;
        let stays = self.sessions.lock().find(key, self.now(), ttl);
        (stays, Some(Session { key, stays }))
    }

    /// Slots that got cold prompts, longest ago first.
    fn cold_order(&self, live: &Live, profile: &Profile) -> Vec<usize> {
        if !profile.reads_cold {
            return Vec::new();
        }
        let endpoints = live.fleet.endpoints.iter();
        let mut order: Vec<(u64, usize)> = endpoints
            .map(|endpoint| (endpoint.cold_at(), endpoint.slot))
            .filter(|(at, _)| *at > 0)
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, slot)| slot).collect()
    }
}

/// For `Prefer: if-available`: only those that hold the prompt.
fn available<'a>(
    mut candidates: Vec<Candidate<'a>>,
    request: &Request,
    blocks: usize,
) -> Result<Vec<Candidate<'a>>, Refusal> {
    if !request.hints.if_available || request.kind == Kind::None {
        return Ok(candidates);
    }
    let least = blocks as f64 * AVAILABLE;
    candidates.retain(|one| blocks > 0 && f64::from(one.matched) >= least);
    match candidates.is_empty() {
        true => Err(Refusal::NotAvailable),
        false => Ok(candidates),
    }
}

#[cfg(test)]
mod tests;
