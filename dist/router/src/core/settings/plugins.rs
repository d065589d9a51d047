//! Filters, scorers, pickers, handlers and parsers, under the names that llm-d gives them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// How bodies are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Parser {
    /// Completions, chat completions, responses and embeddings.
    #[serde(rename = "openai-parser", alias = "openai")]
    Openai,
    /// Any body, unread.
    #[serde(rename = "passthrough-parser", alias = "passthrough")]
    Passthrough,
}

/// One way to choose: filters in order, then scores, then the picker.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileSettings {
    /// Each takes candidates away.
    pub filters: Vec<FilterSettings>,
    /// Each gives every candidate 0 to 1, times its weight.
    pub scorers: Vec<ScorerSettings>,
    /// Takes one or more by their sums.
    pub picker: PickerSettings,
}

/// Takes candidates away.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum FilterSettings {
    /// Keeps endpoints whose labels match all that is said.
    #[serde(rename = "label-selector-filter", alias = "label-selector")]
    LabelSelector {
        /// Labels with exactly this value.
        #[serde(default)]
        match_labels: BTreeMap<String, String>,
        /// Labels with one of these values, or none of them, or there, or not.
        #[serde(default)]
        match_expressions: Vec<Expression>,
    },
    /// Keeps endpoints whose label has one of these values.
    #[serde(rename = "by-label-filter", alias = "by-label")]
    ByLabel {
        /// Name of the label.
        label: String,
        /// Values that stay.
        #[serde(default)]
        valid_values: Vec<String>,
        /// Whether endpoints without the label stay.
        #[serde(default)]
        allows_no_label: bool,
    },
    /// Keeps endpoints that can prefill.
    #[serde(rename = "prefill-filter")]
    Prefill {},
    /// Keeps endpoints that can decode, those without a role among them.
    #[serde(rename = "decode-filter")]
    Decode {},
    /// Keeps endpoints that can encode.
    #[serde(rename = "encode-filter")]
    Encode {},
    /// Keeps endpoints that hold most of the prompt, unless they would be much slower.
    #[serde(rename = "prefix-cache-affinity-filter")]
    PrefixCacheAffinity {
        /// Share of the prompt that an endpoint must hold.
        #[serde(default = "affinity_threshold")]
        affinity_threshold: f64,
        /// Probability with which the filter does nothing.
        #[serde(default)]
        exploration_probability: f64,
        /// Milliseconds of time to first token by which the best that holds it may be slower than
        /// the best that does not; 0: any.
        #[serde(default = "max_ttft_penalty_ms")]
        max_ttft_penalty_ms: f64,
        /// Prompt tokens per second that one endpoint computes at most.
        #[serde(default = "peak_prefill_throughput")]
        peak_prefill_throughput: f64,
    },
}

fn affinity_threshold() -> f64 {
    0.80
}

fn max_ttft_penalty_ms() -> f64 {
    18_000.0
}

fn peak_prefill_throughput() -> f64 {
    15_928.0
}

/// One requirement of a label selector.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expression {
    /// Name of the label.
    pub key: String,
    /// What is asked of its value.
    pub operator: Operator,
    /// For `In` and `NotIn`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// What an expression asks, with the meaning of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Operator {
    /// One of the values.
    In,
    /// None of the values; also true without the label.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
}

/// A scorer and what its values are multiplied with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct ScorerSettings {
    /// What its values are multiplied with; weights are not normalised.
    pub weight: f64,
    /// Which one.
    pub kind: ScorerKind,
}

impl TryFrom<Map<String, Value>> for ScorerSettings {
    type Error = String;

    fn try_from(mut fields: Map<String, Value>) -> Result<Self, Self::Error> {
        let weight = match fields.remove("weight") {
            None => 1.0,
            Some(value) => value
                .as_f64()
                .ok_or_else(|| format!("the weight of a scorer must be a number, not {value}"))?,
        };
        let kind =
            serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
        Ok(Self { weight, kind })
    }
}

/// Gives every candidate 0 to 1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum ScorerKind {
    /// Fewest waiting requests, relative to the other candidates.
    #[serde(rename = "queue-scorer")]
    Queue {},
    /// 1 - usage of the KV cache.
    #[serde(rename = "kv-cache-utilization-scorer")]
    KvCacheUtilization {},
    /// Fewest running requests, relative to the other candidates.
    #[serde(rename = "running-requests-size-scorer")]
    RunningRequestsSize {},
    /// Fewest requests in flight from here, relative to the most.
    #[serde(rename = "active-request-scorer")]
    ActiveRequest {
        /// Up to this many an endpoint counts as idle and gets 1.
        #[serde(default)]
        idle_threshold: u64,
        /// The most that a busy one gets.
        #[serde(default = "whole")]
        max_busy_score: f64,
    },
    /// Fewest tokens in flight from here, this request's uncached ones included.
    #[serde(rename = "token-load-scorer")]
    TokenLoad {
        /// Tokens at which the score is 0.
        #[serde(default = "queue_threshold_tokens")]
        queue_threshold_tokens: u64,
    },
    /// 0.5 for an empty queue, falling to 0.
    #[serde(rename = "load-aware-scorer")]
    LoadAware {
        /// Waiting requests at which the score is 0.
        #[serde(default = "load_threshold")]
        threshold: u64,
    },
    /// Share of the prompt that the endpoint holds.
    #[serde(rename = "prefix-cache-scorer")]
    PrefixCache {
        /// Part of the score that comes from the length of the match instead of its share.
        #[serde(default)]
        prefix_length_weight: f64,
        /// Tokens at which the length counts fully.
        #[serde(default = "max_model_len")]
        max_model_len: u64,
    },
    /// For prompts that no candidate holds: the one that had no such prompt for longest.
    #[serde(rename = "no-hit-lru-scorer")]
    NoHitLru {
        /// Endpoints whose order is remembered.
        #[serde(default = "lru_size")]
        lru_size: usize,
    },
    /// Where the model's LoRA adapter is loaded, or has room.
    #[serde(rename = "lora-affinity-scorer")]
    LoraAffinity {},
    /// 1 for the endpoint of the request's session, else 0.
    #[serde(rename = "session-affinity-scorer")]
    SessionAffinity {},
}

fn whole() -> f64 {
    1.0
}

fn queue_threshold_tokens() -> u64 {
    4_194_304
}

fn load_threshold() -> u64 {
    128
}

fn max_model_len() -> u64 {
    8192
}

fn lru_size() -> usize {
    1024
}

/// Takes one or more candidates by their scores.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum PickerSettings {
    /// Highest scores first, ties in random order.
    #[serde(rename = "max-score-picker", alias = "max-score")]
    MaxScore {
        /// How many to return.
        #[serde(default = "one")]
        max_num_of_endpoints: usize,
    },
    /// Any, all equally likely.
    #[serde(rename = "random-picker", alias = "random")]
    Random {
        /// How many to return.
        #[serde(default = "one")]
        max_num_of_endpoints: usize,
    },
    /// Drawn without putting back, by score.
    #[serde(rename = "weighted-random-picker", alias = "weighted-random")]
    WeightedRandom {
        /// How many to return.
        #[serde(default = "one")]
        max_num_of_endpoints: usize,
    },
}

fn one() -> usize {
    1
}

impl Default for PickerSettings {
    fn default() -> Self {
        Self::MaxScore {
            max_num_of_endpoints: 1,
        }
    }
}

/// Which profile a request gets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum HandlerSettings {
    /// Always the same.
    #[serde(rename = "single-profile-handler", alias = "single")]
    Single {
        /// Name of the profile.
        #[serde(default = "default_profile")]
        profile: String,
    },
    /// By the value of a request header.
    #[serde(rename = "header-profile-handler", alias = "header")]
    Header {
        /// Name of the header, in lower case.
        #[serde(default = "profile_header")]
        header: String,
        /// Profile for each value. A value that is not here is an error of the request.
        #[serde(default)]
        profiles: BTreeMap<String, String>,
        /// Profile of requests without the header.
        default: String,
    },
}

fn default_profile() -> String {
    "default".to_owned()
}

fn profile_header() -> String {
    "epp-profile".to_owned()
}

impl Default for HandlerSettings {
    fn default() -> Self {
        Self::Single {
            profile: default_profile(),
        }
    }
}
