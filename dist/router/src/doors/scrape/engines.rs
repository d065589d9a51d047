//! Names of metrics of the engines that are known without settings.

use std::collections::BTreeMap;

use super::text::Wanted;
use crate::core::{EndpointSettings, EngineMetrics, ScrapeSettings};

/// An endpoint's label that names its engine, as llm-d reads it.
const ENGINE_LABEL: &str = "llm-d.ai/engine-type";

type Names = fn() -> EngineMetrics;

/// Every engine's names.
const BUILT_IN: [(&str, Names); 5] = [
    ("vllm", vllm),
    ("sglang", sglang),
    ("trtllm-serve", trtllm_serve),
    ("triton-tensorrt-llm", triton_tensorrt_llm),
    ("triton", triton),
];

fn vllm() -> EngineMetrics {
    EngineMetrics {
        waiting: "vllm:num_requests_waiting".to_owned(),
        running: "vllm:num_requests_running".to_owned(),
        kv_usage: "vllm:kv_cache_usage_perc".to_owned(),
        cache_info: "vllm:cache_config_info".to_owned(),
        lora_info: "vllm:lora_requests_info".to_owned(),
        prefix_queries: "vllm:prefix_cache_queries_total".to_owned(),
        prefix_hits: "vllm:prefix_cache_hits_total".to_owned(),
        ..EngineMetrics::default()
    }
}

fn sglang() -> EngineMetrics {
    EngineMetrics {
        waiting: "sglang:num_queue_reqs".to_owned(),
        running: "sglang:num_running_reqs".to_owned(),
        kv_usage: "sglang:token_usage".to_owned(),
        block_size: "sglang:page_size".to_owned(),
        blocks: "sglang:num_pages".to_owned(),
        ..EngineMetrics::default()
    }
}

fn trtllm_serve() -> EngineMetrics {
    EngineMetrics {
        waiting: "trtllm_num_requests_waiting".to_owned(),
        running: "trtllm_num_requests_running".to_owned(),
        kv_usage: "trtllm_kv_cache_utilization".to_owned(),
        block_size: "trtllm_kv_cache_tokens_per_block".to_owned(),
        blocks: "trtllm_kv_cache_max_blocks".to_owned(),
        ..EngineMetrics::default()
    }
}

fn triton_tensorrt_llm() -> EngineMetrics {
    let request = |kind: &str| format!("nv_trt_llm_request_metrics{{request_type=\"{kind}\"}}");
    let block =
        |kind: &str| format!("nv_trt_llm_kv_cache_block_metrics{{kv_cache_block_type=\"{kind}\"}}");
    EngineMetrics {
        waiting: request("waiting"),
        running: request("scheduled"),
        kv_usage: block("fraction"),
        block_size: block("tokens_per"),
        blocks: block("max"),
        ..EngineMetrics::default()
    }
}

/// Triton for other than language models: it counts executions, so `running` is left out.
fn triton() -> EngineMetrics {
    EngineMetrics {
        waiting: "nv_inference_pending_request_count".to_owned(),
        ..EngineMetrics::default()
    }
}

/// The names of an engine that is known without settings.
pub fn built_in(engine: &str) -> Option<EngineMetrics> {
    let (_, names) = BUILT_IN.iter().find(|(name, _)| *name == engine)?;
    Some(names())
}

/// What to look for, by engine.
#[derive(Debug, Clone, Default)]
pub struct Engines {
    by_name: BTreeMap<String, Wanted>,
    usual: String,
}

impl Engines {
    /// The engines of the settings, and the built-in ones that they do not replace.
    pub fn new(settings: &ScrapeSettings) -> Self {
        let known = BUILT_IN
            .iter()
            .map(|(name, names)| ((*name).to_owned(), Wanted::new(&names())));
        let mut by_name: BTreeMap<_, _> = known.collect();
        for (name, names) in &settings.engines {
            by_name.insert(name.clone(), Wanted::new(names));
        }
        Self {
            by_name,
            usual: settings.engine.clone(),
        }
    }

    /// What to look for at an endpoint: its own engine's names, else its label's, else the usual.
    pub fn of(&self, endpoint: &EndpointSettings) -> Option<&Wanted> {
        let named = match endpoint.engine.as_str() {
            "" => endpoint
                .labels
                .get(ENGINE_LABEL)
                .map_or(self.usual.as_str(), String::as_str),
            own => own,
        };
        self.by_name.get(named)
    }
}
