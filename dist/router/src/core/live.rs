//! Settings, ready to be used: what can be worked out once is not worked out per request.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::blocks::BlockShape;
use super::decide::Refusal;
use super::endpoint::{Endpoint, Fleet};
use super::request::{Hints, Request};
use super::scan::{ScanSettings, printable};
use super::select::Profile;
use super::sessions;
use super::settings::{HandlerSettings, LiveSettings};
use super::state::HintHeaders;

/// One state of the settings.
pub struct Live {
    /// As they were given.
    pub settings: LiveSettings,
    /// Endpoints, in the order of the settings.
    pub fleet: Fleet,
    /// How bodies are read.
    pub scan: ScanSettings,
    /// What doors should read beside the body.
    pub headers: HintHeaders,
    /// How prompts are cut.
    pub shape: BlockShape,
    /// Slots in use are below this.
    pub slots: usize,
    profiles: BTreeMap<String, Profile>,
    positions: HashMap<String, usize>,
    models: Models,
}

impl Live {
    /// Prepare settings; `hash`: prompts are hashed even if no profile asks for it.
    pub fn new(settings: &LiveSettings, fleet: Fleet, hash: bool) -> Self {
        let shape = BlockShape::new(&settings.index);
        let profiles: BTreeMap<String, Profile> = settings
            .profiles
            .iter()
            .map(|(name, profile)| {
                let labels = settings.endpoints.iter().map(|endpoint| &endpoint.labels);
                (name.clone(), Profile::new(profile, labels))
            })
            .collect();
        let reads_prefix = hash || profiles.values().any(|profile| profile.reads_prefix);
        let reads_session = profiles.values().any(|profile| profile.reads_session);
        let scanned = BlockShape {
            most: if reads_prefix { shape.most } else { 0 },
            ..shape
        };
        let slots = fleet.endpoints.iter().map(|each| each.slot + 1).max();
        Self {
            scan: ScanSettings {
                parsers: settings.parsers.clone(),
                shape: scanned,
            },
            headers: HintHeaders {
                profile: match &settings.handler {
                    HandlerSettings::Header { header, .. } => Some(header.to_lowercase()),
                    HandlerSettings::Single { .. } => None,
                },
                session: reads_session.then(|| settings.session.header.to_lowercase()),
            },
            shape,
            slots: slots.unwrap_or(0),
            profiles,
            positions: settings
                .endpoints
                .iter()
                .enumerate()
                .map(|(position, endpoint)| (endpoint.address.clone(), position))
                .collect(),
            models: Models::new(settings),
            settings: settings.clone(),
            fleet,
        }
    }

    /// The profile for a request.
    pub fn profile(&self, hints: &Hints) -> Result<&Profile, Refusal> {
        let name = match &self.settings.handler {
            HandlerSettings::Single { profile } => profile,
            HandlerSettings::Header {
                header,
                profiles,
                default,
            } => match hints.profile.as_deref().map(str::trim) {
                None | Some("") => default,
                Some(value) => profiles.get(value).ok_or_else(|| {
                    let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
                    Refusal::BadRequest(format!(
                        "the header {header} is {:?}, for which no profile is configured: use one of {}",
                        printable(value),
                        known.join(", ")
                    ))
                })?,
            },
        };
        // Settings were checked: the profile is there.
        self.profiles.get(name).ok_or(Refusal::NoEndpoints)
    }

    /// Positions of endpoints that are healthy, in the subset, and serve the model.
    pub fn eligible(&self, request: &Request, model: &str) -> Result<Vec<usize>, Refusal> {
        let serves = self.models.serving(model)?;
        let fits = |position: &usize| {
            self.fleet
                .endpoints
                .get(*position)
                .is_some_and(|endpoint| endpoint.healthy())
                && serves.is_none_or(|serves| serves.get(*position) == Some(&true))
        };
        let eligible: Vec<usize> = match &request.hints.subset {
            None => (0..self.fleet.endpoints.len()).filter(fits).collect(),
            Some(subset) => {
                let mut positions: Vec<usize> = subset
                    .iter()
                    .filter_map(|address| self.positions.get(address.trim()).copied())
                    .filter(fits)
                    .collect();
                positions.sort_unstable();
                positions.dedup();
                positions
            }
        };
        if eligible.is_empty() {
            return Err(Refusal::NoEndpoints);
        }
        Ok(eligible)
    }

    /// The slot of the endpoint that a session's token says, if there is one.
    pub fn said_by(&self, token: &str) -> Option<usize> {
        if !self.settings.session.token {
            return None;
        }
        let position = self.positions.get(&sessions::address(token)?)?;
        let endpoint = self.fleet.endpoints.get(*position)?;
        Some(endpoint.slot)
    }

    /// Blocks to remember for an endpoint: as many as its cache holds, if it said how many that is.
    pub fn capacity(&self, endpoint: &Endpoint) -> usize {
        let index = &self.settings.index;
        let share = index.max_entries / self.fleet.endpoints.len().max(1);
        let signals = endpoint.signals.load();
        let tokens = usize::try_from(signals.blocks.saturating_mul(signals.block_size));
        let told = tokens.unwrap_or(usize::MAX) / self.shape.tokens;
        let capacity = match index.auto_tune && told > 0 {
            true => told,
            false => index.lru_capacity_per_server,
        };
        capacity.min(share).max(1)
    }
}

/// Which endpoints serve which models; nothing if all serve any.
struct Models {
    serving: Option<HashMap<String, Vec<bool>>>,
    /// Those that serve any.
    any: Vec<bool>,
}

impl Models {
    fn new(settings: &LiveSettings) -> Self {
        let endpoints = &settings.endpoints;
        let any: Vec<bool> = endpoints
            .iter()
            .map(|each| each.models.is_empty())
            .collect();
        let mut serving: HashMap<String, Vec<bool>> = HashMap::new();
        for (position, endpoint) in endpoints.iter().enumerate() {
            let named = endpoint.models.iter().chain(&endpoint.adapters);
            for model in named.filter(|_| !endpoint.models.is_empty()) {
                let serves = serving.entry(model.clone()).or_insert_with(|| any.clone());
                serves[position] = true;
            }
        }
        Self {
            serving: (!serving.is_empty()).then_some(serving),
            any,
        }
    }

    /// Positions that serve a model; `None`: all.
    fn serving(&self, model: &str) -> Result<Option<&Vec<bool>>, Refusal> {
        let Some(serving) = &self.serving else {
            return Ok(None);
        };
        if model.is_empty() {
            return Ok(None);
        }
        match serving.get(model) {
            Some(serves) => Ok(Some(serves)),
            None if self.any.contains(&true) => Ok(Some(&self.any)),
            None => {
                let mut known: Vec<&str> = serving.keys().map(String::as_str).collect();
                known.sort_unstable();
                Err(Refusal::UnknownModel(format!(
                    "no endpoint serves the model {:?}: the models are {}",
                    printable(model),
                    known.join(", ")
                )))
            }
        }
    }
}
