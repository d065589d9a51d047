//! What the router knows at this moment, as JSON for people and for Python.

use serde_json::{Value, json};

use super::drain::Drain;
use crate::core::{Core, Endpoint};

/// Endpoints with signals, health and counts; whether the router drains; how many requests run.
pub fn json(core: &Core, drain: &Drain) -> String {
    let endpoints: Vec<Value> = core
        .fleet()
        .endpoints
        .iter()
        .map(|each| endpoint(each))
        .collect();
    json!({
        "draining": drain.begun(),
        "running": drain.running(),
        "endpoints": endpoints,
    })
    .to_string()
}

fn endpoint(endpoint: &Endpoint) -> Value {
    let settings = endpoint.settings.load();
    let signals = endpoint.signals.load();
    json!({
        "address": settings.address,
        "url": settings.url,
        "labels": settings.labels,
        "models": settings.models,
        "healthy": endpoint.healthy(),
        "in_flight": endpoint.in_flight(),
        "in_flight_tokens": endpoint.in_flight_tokens(),
        "served": endpoint.served(),
        "signals": {
            "waiting": signals.waiting,
            "running": signals.running,
            "kv_usage": signals.kv_usage,
            "block_size": signals.block_size,
            "blocks": signals.blocks,
            "adapters_running": signals.adapters_running,
            "adapters_waiting": signals.adapters_waiting,
            "adapters_most": signals.adapters_most,
            "prefix_queries": signals.prefix_queries,
            "prefix_hits": signals.prefix_hits,
            "read_at": signals.read_at,
        },
    })
}
