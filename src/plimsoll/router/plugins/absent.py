"""Plugins of llm-d that are not here: without effect, or refused with the nearest that is."""

from __future__ import annotations

UNUSED: dict[str, str] = {
    "utilization-detector": "it matters for flow control and shedding, which are not done here",
    "concurrency-detector": "it matters for flow control and shedding, which are not done here",
    "fcfs-ordering-policy": "requests are not queued here",
    "global-strict-fairness-policy": "requests are not queued here",
    "static-usage-limit-policy": "requests are not queued here",
}
"""Plugins that change nothing while flow control is off, and why; they are accepted."""

UNSUPPORTED: dict[str, str] = {
    "precise-prefix-cache-scorer": "prefix-cache-scorer",
    "precise-prefix-cache-producer": "approx-prefix-cache-producer",
    "burst-prefix-cache-producer": "approx-prefix-cache-producer",
    "p2p-source-producer": "approx-prefix-cache-producer",
    "predicted-latency-producer": "token-load-scorer",
    "latency-scorer": "token-load-scorer",
    "context-length-aware": "token-load-scorer",
    "context-length-aware-scorer": "token-load-scorer",
    "latency-slo-admitter": "load-aware-scorer",
    "probabilistic-admitter": "load-aware-scorer",
    "dcgm-data-source": "metrics-data-source",
    "dcgm-extractor": "core-metrics-extractor",
    "prefix-based-pd-decider": "header-profile-handler",
    "always-disagg-pd-decider": "header-profile-handler",
    "always-disagg-multimodal-decider": "header-profile-handler",
    "slo-headroom-tier-filter": "prefix-cache-affinity-filter",
    "session-affinity-filter": "session-affinity-scorer",
    "header-label-affinity-scorer": "session-affinity-scorer",
    "endpoint-attribute-filter": "label-selector-filter",
    "endpoint-attribute-scorer": "active-request-scorer",
    "topology-affinity-filter": "label-selector-filter",
    "topology-affinity-scorer": "label-selector-filter",
    "utilization-filter": "load-aware-scorer",
    "header-based-testing-filter": "label-selector-filter",
    "mm-embeddings-cache-scorer": "prefix-cache-scorer",
    "disagg-profile-handler": "header-profile-handler",
    "pd-profile-handler": "header-profile-handler",
    "data-parallel-profile-handler": "single-profile-handler",
    "disagg-headers-handler": "header-profile-handler",
    "prefill-header-handler": "header-profile-handler",
    "load-aware-picker": "weighted-random-picker",
    "anthropic-parser": "passthrough-parser",
    "vllmhttp-parser": "passthrough-parser",
    "vllmgrpc-parser": "passthrough-parser",
    "sglanghttp-parser": "passthrough-parser",
    "vertexai-parser": "passthrough-parser",
}
"""Plugins of llm-d that are not here, with the nearest that is."""
