//! Which counters are shown, and under which names.

use std::borrow::Cow;

use super::Telemetry;
use super::endpoints::{Names, PREFIX_PLUGIN};

fn owned((name, value): (&'static str, &'static str)) -> (Cow<'static, str>, Cow<'static, str>) {
    (name.into(), value.into())
}

impl Telemetry {
    pub(super) fn register_plimsoll(&mut self) {
        let of_endpoints = self.of_endpoints(Names::Plimsoll);
        let (registry, families) = (&mut self.plimsoll, &self.families);
        let requests = families.requests.clone();
        registry.register(
            "requests",
            "Requests for which an endpoint was chosen",
            requests,
        );
        let errors = families.errors.clone();
        registry.register("request_errors", "Requests that ended in an error", errors);
        let dropped = families.dropped.clone();
        registry.register("requests_dropped", "Requests that were refused", dropped);
        let running = families.running.clone();
        registry.register("requests_running", "Requests in flight", running);
        let rewrites = families.rewrites.clone();
        registry.register("model_rewrites", "Models sent under another name", rewrites);
        let policy = families.policy.clone();
        registry.register("policy_decisions", "Questions to the policy", policy);
        registry.register(
            "prefix_compared_tokens",
            "Prompt tokens of responses that said how many were cached",
            families.compared.clone(),
        );
        registry.register(
            "prefix_predicted_tokens",
            "Of those, tokens predicted to be cached",
            families.predicted.clone(),
        );
        registry.register(
            "prefix_cached_tokens",
            "Of those, tokens that were cached",
            families.cached.clone(),
        );
        let ratio = self.hit_ratio.clone();
        registry.register(
            "prefix_hit_ratio",
            "Predicted share of cached prompt",
            ratio,
        );
        let decision = self.decision_seconds.clone();
        registry.register("decision_seconds", "Time to choose an endpoint", decision);
        for (name, help, histograms) in [
            (
                "request_seconds",
                "Time to the end of the response",
                &self.seconds,
            ),
            (
                "first_token_seconds",
                "Time to the first token",
                &self.first_token_seconds,
            ),
            ("prompt_tokens", "Tokens of prompts", &self.prompt_tokens),
            (
                "cached_tokens",
                "Tokens of prompts that were cached",
                &self.cached_tokens,
            ),
            ("output_tokens", "Tokens of responses", &self.output_tokens),
        ] {
            registry.register(name, help, histograms.clone());
        }
        registry.register_collector(Box::new(of_endpoints));
    }

    pub(super) fn register_llm_d(&mut self, pool: &str) {
        let of_endpoints = self.of_endpoints(Names::LlmD(pool.to_owned()));
        let (registry, families) = (&mut self.llm_d, &self.families);
        registry.register("request", "Total requests", families.requests.clone());
        let errors = families.llm_d_errors.clone();
        registry.register("request_error", "Errored requests", errors);
        let running = families.running.clone();
        registry.register("request_running", "Requests in flight", running);
        let rewrites = families.llm_d_rewrites.clone();
        registry.register("model_rewrite_decisions", "Model rewrites", rewrites);
        let decision = self.decision_seconds.clone();
        registry.register(
            "scheduler_e2e_duration_seconds",
            "Scheduling latency",
            decision,
        );
        let ratio = self.hit_ratio.clone();
        registry
            .sub_registry_with_labels(PREFIX_PLUGIN.into_iter().map(owned))
            .register("prefix_indexer_hit_ratio", "Prefix-match hit ratio", ratio);
        for (name, help, histograms) in [
            ("request_duration_seconds", "Request latency", &self.seconds),
            (
                "request_ttft_seconds",
                "Time to first token",
                &self.first_token_seconds,
            ),
            ("request_input_tokens", "Input tokens", &self.prompt_tokens),
            (
                "request_cached_tokens",
                "Cached prompt tokens",
                &self.cached_tokens,
            ),
            (
                "request_output_tokens",
                "Output tokens",
                &self.output_tokens,
            ),
        ] {
            registry.register(name, help, histograms.clone());
        }
        registry.register_collector(Box::new(of_endpoints));
    }
}
