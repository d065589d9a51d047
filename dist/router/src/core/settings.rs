//! What Python hands over as JSON. Everything here can be replaced while requests are served.

use std::collections::BTreeMap;

use serde::Deserialize;

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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LiveSettings {
    /// The replicas to choose from.
    pub endpoints: Vec<EndpointSettings>,
}

/// One replica of a model server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointSettings {
    /// `ip:port` or `host:port`: the identity of the endpoint, in headers and metrics.
    pub address: String,
    /// Base URL of the model server, for example `http://10.0.0.7:8000`.
    pub url: String,
    /// Labels, with llm-d's meaning (`llm-d.ai/role` ...).
    pub labels: BTreeMap<String, String>,
    /// Models that it serves; empty: any.
    pub models: Vec<String>,
}

impl LiveSettings {
    /// Read settings. An unknown key is an error, so that a misspelt one is never silently dropped.
    pub fn from_json(json: &[u8]) -> Result<Self, SettingsError> {
        serde_json::from_slice(json).map_err(|error| SettingsError(error.to_string()))
    }
}
