//! Metrics of endpoints, made when they are asked for: nothing is written per request.

use std::fmt::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use arc_swap::ArcSwap;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;

use crate::core::endpoint::{Endpoint, Fleet};

/// Sizes of what is remembered.
#[derive(Debug, Default)]
pub struct Sizes {
    /// Blocks in the prefix index.
    pub index_blocks: AtomicU64,
    /// Bytes of the prefix index.
    pub index_bytes: AtomicU64,
    /// Sessions.
    pub sessions: AtomicU64,
}

#[derive(Debug)]
pub enum Names {
    Plimsoll,
    /// With the name of the pool.
    LlmD(String),
}

#[derive(Debug)]
pub struct OfEndpoints {
    pub fleet: Arc<ArcSwap<Fleet>>,
    pub sizes: Arc<Sizes>,
    pub unserved: Counter,
    pub names: Names,
}

type Value = fn(&Endpoint) -> f64;

/// Name, help, value.
const PLIMSOLL: [(&str, &str, Value); 7] = [
    (
        "endpoint_requests_in_flight",
        "Requests sent whose response has not ended",
        |one| one.in_flight() as f64,
    ),
    (
        "endpoint_tokens_in_flight",
        "Uncached prompt tokens of those",
        |one| one.in_flight_tokens() as f64,
    ),
    ("endpoint_healthy", "1 if it may be chosen", |one| {
        f64::from(u8::from(one.healthy()))
    }),
    (
        "endpoint_waiting",
        "Requests that wait in it, as it says",
        |one| one.signals.load().waiting as f64,
    ),
    (
        "endpoint_running",
        "Requests that it works on, as it says",
        |one| one.signals.load().running as f64,
    ),
    (
        "endpoint_kv_usage",
        "Share of its KV cache in use, as it says",
        |one| one.signals.load().kv_usage,
    ),
    (
        "endpoint_read_at_milliseconds",
        "When it last said so, on the router's clock; 0: never",
        |one| one.signals.load().read_at as f64,
    ),
];

/// What llm-d calls the part that remembers prefixes.
pub const PREFIX_PLUGIN: [(&str, &str); 2] = [
    ("plugin_name", "approx-prefix-cache-producer"),
    ("plugin_type", "approx-prefix-cache-producer"),
];

/// What it calls the part that counts requests in flight.
const LOAD_PRODUCER: &str = "inflight-load-producer";

const LLM_D_LOAD: [(&str, &str, Value); 2] = [
    ("inflight_requests", "Requests in flight", |one| {
        one.in_flight() as f64
    }),
    ("inflight_tokens", "Tokens in flight", |one| {
        one.in_flight_tokens() as f64
    }),
];

/// Name of the mean's metric, name of the deviation's, value.
const LLM_D_POOL: [(&str, &str, Value); 3] = [
    (
        "average_kv_cache_utilization",
        "std_dev_kv_cache_utilization",
        |one| one.signals.load().kv_usage,
    ),
    ("average_queue_size", "std_dev_queue_size", |one| {
        one.signals.load().waiting as f64
    }),
    (
        "average_running_requests",
        "std_dev_running_requests",
        |one| one.signals.load().running as f64,
    ),
];

impl Collector for OfEndpoints {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let fleet = self.fleet.load();
        match &self.names {
            Names::Plimsoll => self.plimsoll(&mut encoder, &fleet),
            Names::LlmD(pool) => self.llm_d(&mut encoder, &fleet, pool),
        }
    }
}

impl OfEndpoints {
    fn plimsoll(&self, encoder: &mut DescriptorEncoder<'_>, fleet: &Fleet) -> Result<(), Error> {
        let (name, help) = (
            "endpoint_requests",
            "Requests sent since the endpoint is known",
        );
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for endpoint in &fleet.endpoints {
            let labels = [("endpoint", endpoint.address())];
            let labels = labels.as_slice();
            metric
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, u64>(&endpoint.served(), None)?;
        }
        for (name, help, value) in PLIMSOLL {
            let labels = |address| [("endpoint", address)];
            gauges(encoder, name, help, fleet, labels, value)?;
        }
        for (name, help, value) in [
            (
                "index_blocks",
                "Blocks in the prefix index",
                &self.sizes.index_blocks,
            ),
            (
                "index_bytes",
                "Bytes of the prefix index",
                &self.sizes.index_bytes,
            ),
            ("sessions", "Sessions remembered", &self.sizes.sessions),
        ] {
            gauge(encoder, name, help, &[], &value.load(Relaxed))?;
        }
        Ok(())
    }

    fn llm_d(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        fleet: &Fleet,
        pool: &str,
    ) -> Result<(), Error> {
        self.attempts(encoder, fleet)?;
        for (name, help, value) in LLM_D_LOAD {
            let producer = ("producer_name", LOAD_PRODUCER.to_owned());
            let labels = |address| [("endpoint_name", address), producer.clone()];
            gauges(encoder, name, help, fleet, labels, value)?;
        }
        let (name, help) = ("per_endpoint_queue_size", "Queue depth of an endpoint");
        let of_pool = ("name", pool.to_owned());
        let labels = |address| [of_pool.clone(), ("model_server_endpoint", address)];
        gauges(encoder, name, help, fleet, labels, |one| {
            one.signals.load().waiting as f64
        })?;
        let pool = [("name", pool.to_owned())];
        for (mean_name, deviation_name, value) in LLM_D_POOL {
            let values: Vec<f64> = fleet.endpoints.iter().map(|one| value(one)).collect();
            let (mean, deviation) = spread(&values);
            gauge(encoder, mean_name, "Mean over the pool", &pool, &mean)?;
            gauge(
                encoder,
                deviation_name,
                "Spread over the pool",
                &pool,
                &deviation,
            )?;
        }
        let ready = fleet.endpoints.iter().filter(|one| one.healthy()).count() as u64;
        gauge(encoder, "ready_endpoints", "Ready endpoints", &pool, &ready)?;
        let plugin = PREFIX_PLUGIN.map(|(name, value)| (name, value.to_owned()));
        let blocks = self.sizes.index_blocks.load(Relaxed);
        gauge(encoder, "prefix_indexer_size", "Entries", &plugin, &blocks)?;
        let build = [(
            "build_ref",
            concat!("plimsoll-router ", env!("CARGO_PKG_VERSION")),
        )];
        let build = build.map(|(name, value)| (name, value.to_owned()));
        gauge(encoder, "info", "What serves here", &build, &1_u64)
    }

    /// Requests sent to each endpoint, and those for which there was none.
    fn attempts(&self, encoder: &mut DescriptorEncoder<'_>, fleet: &Fleet) -> Result<(), Error> {
        let (name, help) = ("scheduler_attempts", "Scheduling attempts");
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for endpoint in &fleet.endpoints {
            let labels = [
                ("status", "success".to_owned()),
                ("endpoint_name", endpoint.address()),
            ];
            metric
                .encode_family(&labels.as_slice())?
                .encode_counter::<NoLabelSet, _, u64>(&endpoint.served(), None)?;
        }
        let labels = [("status", "failure")];
        metric
            .encode_family(&labels.as_slice())?
            .encode_counter::<NoLabelSet, _, u64>(&self.unserved.get(), None)
    }
}

/// A value of every endpoint; `labels` are made from its address.
fn gauges<const COUNT: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    fleet: &Fleet,
    labels: impl Fn(String) -> [(&'static str, String); COUNT],
    value: Value,
) -> Result<(), Error> {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for endpoint in &fleet.endpoints {
        let labels = labels(endpoint.address());
        metric
            .encode_family(&labels.as_slice())?
            .encode_gauge(&value(endpoint))?;
    }
    Ok(())
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    labels: &[(&str, String)],
    value: &impl EncodeGaugeValue,
) -> Result<(), Error> {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    if labels.is_empty() {
        return metric.encode_gauge(value);
    }
    metric.encode_family(&labels)?.encode_gauge(value)
}

/// Mean and standard deviation; of nothing: 0.
fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (mean, (squares.sum::<f64>() / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_deviations() {
        assert_eq!((3.0, 2.0), spread(&[1.0, 5.0]));
        assert_eq!((0.0, 0.0), spread(&[]));
    }
}
