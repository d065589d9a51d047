//! What Python hands over as JSON. Everything here can be replaced while requests are served.
//!
//! An unknown key or plugin is an error, so that a misspelt one is never silently dropped. Parameter
//! names are llm-d's, in snake case; defaults are llm-d's too, unless a comment says otherwise.

mod check;
mod plugins;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use plugins::{
    Expression, FilterSettings, HandlerSettings, Operator, Parser, PickerSettings, ProfileSettings,
    ScorerKind, ScorerSettings,
};

/// Why settings cannot be used: a sentence for the person who wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub String);

impl std::fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

/// Endpoints and decisions: replaced as a whole, at once, by `Core::apply`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LiveSettings {
    /// The replicas to choose from.
    pub endpoints: Vec<EndpointSettings>,
    /// Ways to choose, by name.
    pub profiles: BTreeMap<String, ProfileSettings>,
    /// Which profile a request gets.
    pub handler: HandlerSettings,
    /// How bodies are read; without `passthrough` a path that no other parser knows is refused.
    pub parsers: Vec<Parser>,
    /// Models that are sent under another name; the first rule that names the model wins.
    pub rewrites: Vec<RewriteSettings>,
    /// How endpoints are asked for their load.
    pub scrape: ScrapeSettings,
    /// What is remembered of prompts.
    pub index: IndexSettings,
    /// Which header names a session, and how long it is remembered.
    pub session: SessionSettings,
    /// Limits of a policy written in Python.
    pub policy: PolicySettings,
    /// Endpoints to try after those that the picker returned, best first. Ours, not llm-d's.
    pub fallbacks: usize,
    /// Name of the pool, in llm-d's metrics.
    pub pool: String,
    /// Start of the random numbers that break ties and draw; `None`: another one at each start.
    pub seed: Option<u64>,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            endpoints: Vec::new(),
            profiles: BTreeMap::from([("default".to_owned(), ProfileSettings::default())]),
            handler: HandlerSettings::default(),
            parsers: vec![Parser::Openai, Parser::Passthrough],
            rewrites: Vec::new(),
            scrape: ScrapeSettings::default(),
            index: IndexSettings::default(),
            session: SessionSettings::default(),
            policy: PolicySettings::default(),
            fallbacks: 2,
            pool: "default".to_owned(),
            seed: None,
        }
    }
}

/// One replica of a model server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointSettings {
    /// `ip:port` or `host:port`: the identity of the endpoint, in headers and metrics.
    pub address: String,
    /// Base URL of the model server, for example `http://10.0.0.7:8000`.
    pub url: String,
    /// Its name, with a port where that is not the usual one: in the `Host` header and in its certificate;
    /// empty: those of `url`.
    pub authority: String,
    /// Labels, with llm-d's meaning (`llm-d.ai/role` ...).
    pub labels: BTreeMap<String, String>,
    /// Models that it serves; empty: any.
    pub models: Vec<String>,
    /// LoRA adapters that it serves beside its models. They count only where `models` is not empty.
    pub adapters: Vec<String>,
    /// Which of `scrape.engines` names its metrics; empty: `scrape.engine`.
    pub engine: String,
    /// Where its metrics are; empty: `/metrics` under `url`.
    pub metrics_url: String,
}

/// A model that is sent under another name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RewriteSettings {
    /// The name in the request; empty: any that no other rule names.
    pub model: String,
    /// What to send instead, by weight.
    pub targets: Vec<RewriteTarget>,
}

/// One of the names under which a model is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewriteTarget {
    /// The name to send.
    pub model: String,
    /// Its share: weight / sum of weights; 1 to 1 000 000.
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// How endpoints are asked for their load.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScrapeSettings {
    /// Milliseconds between two questions to one endpoint; 0: never ask.
    pub interval_ms: u64,
    /// Milliseconds after which an answer no longer counts: the endpoint then counts as the mean of
    /// those that answered.
    pub stale_ms: u64,
    /// The engine of endpoints that name none.
    pub engine: String,
    /// Names of metrics, by engine. What is given here is added to the built-in engines.
    pub engines: BTreeMap<String, EngineMetrics>,
}

impl Default for ScrapeSettings {
    fn default() -> Self {
        Self {
            interval_ms: 50,
            stale_ms: 2000,
            engine: "vllm".to_owned(),
            engines: BTreeMap::new(),
        }
    }
}

/// Names of one engine's metrics, each as `name` or `name{label="value"}`; empty: it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineMetrics {
    /// Requests that wait.
    pub waiting: String,
    /// Requests that are worked on.
    pub running: String,
    /// Share of the KV cache in use, 0 to 1.
    pub kv_usage: String,
    /// Labels `block_size` and `num_gpu_blocks`.
    pub cache_info: String,
    /// Labels `max_lora`, `running_lora_adapters`, `waiting_lora_adapters`; the value is a time.
    pub lora_info: String,
    /// Counter of prompt tokens looked up in the prefix cache.
    pub prefix_queries: String,
    /// Counter of those that were found.
    pub prefix_hits: String,
    /// Tokens of one KV block, for engines whose `cache_info` does not say.
    pub block_size: String,
    /// KV blocks, for engines whose `cache_info` does not say.
    pub blocks: String,
}

/// What is remembered of prompts, and for how many.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexSettings {
    /// Tokens of one block; used as at least 64, as llm-d does.
    pub block_size_tokens: usize,
    /// Blocks remembered for each endpoint, least recently used first out.
    pub lru_capacity_per_server: usize,
    /// Whether an endpoint that says how large its cache is has that capacity instead.
    pub auto_tune: bool,
    /// Tokens of a prompt that are looked at; what comes later neither matches nor is remembered.
    pub max_prefix_tokens_to_match: usize,
    /// Blocks remembered for all endpoints together. Ours: it bounds memory for large fleets.
    pub max_entries: usize,
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self {
            block_size_tokens: 16,
            lru_capacity_per_server: 31_250,
            auto_tune: true,
            max_prefix_tokens_to_match: 131_072,
            max_entries: 2_097_152,
        }
    }
}

/// Which header names a session, and how long its endpoint is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// Name of the request header, in lower case.
    pub header: String,
    /// Milliseconds for which an unused session is remembered.
    pub ttl_ms: u64,
    /// Sessions remembered at most.
    pub capacity: usize,
    /// Whether answers have the header too, with a token of their endpoint for the client to send back.
    pub token: bool,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            header: "x-session-id".to_owned(),
            ttl_ms: 300_000,
            capacity: 65_536,
            token: false,
        }
    }
}

/// Limits of a policy written in Python.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySettings {
    /// Milliseconds after which its answer is not used.
    pub timeout_ms: u64,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self { timeout_ms: 20 }
    }
}

impl LiveSettings {
    /// Read settings and check that they fit together.
    pub fn from_json(json: &[u8]) -> Result<Self, SettingsError> {
        let settings: Self = serde_json::from_slice(json)
            .map_err(|error| SettingsError(format!("the settings cannot be read: {error}")))?;
        settings.check()?;
        Ok(settings)
    }
}
