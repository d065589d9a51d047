"""What the data plane is told while it serves, as a typed document that is replaced as a whole.

They mirror the Rust side field by field (`dist/router/src/core/settings`): names are llm-d's in
snake case, defaults are llm-d's unless a comment says otherwise. Both sides refuse unknown keys.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct, field

ENGINES = ("vllm", "sglang", "trtllm-serve", "triton-tensorrt-llm", "triton")
"""Engines whose metric names the data plane knows."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a document."""


class EndpointSettings(Settings, frozen=True, kw_only=True):
    """One replica of a model server."""

    address: str
    """`ip:port` or `host:port`: the identity of the endpoint, in headers and metrics."""
    url: str
    """Base URL of the model server, for example `http://10.0.0.7:8000`."""
    authority: str = ""
    """Its name, with a port where that is not the usual one: in the `Host` header and in its
    certificate; empty: those of `url`."""
    labels: dict[str, str] = field(default_factory=dict)
    """Labels, with llm-d's meaning (`llm-d.ai/role` ...)."""
    models: tuple[str, ...] = ()
    """Models that it serves; empty: any."""
    adapters: tuple[str, ...] = ()
    """LoRA adapters that it serves beside its models."""
    engine: str = ""
    """Which engine's metric names it uses; empty: `scrape.engine`."""
    metrics_url: str = ""
    """Where its metrics are; empty: `/metrics` under `url`."""


class LabelExpression(Settings, frozen=True, kw_only=True):
    """One requirement of a label selector, with Kubernetes' meaning."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()


class LabelSelectorFilter(
    Settings, frozen=True, kw_only=True, tag="label-selector-filter", tag_field="type"
):
    """Keeps endpoints whose labels match all that is said."""

    match_labels: dict[str, str] = field(default_factory=dict)
    match_expressions: tuple[LabelExpression, ...] = ()


class ByLabelFilter(Settings, frozen=True, kw_only=True, tag="by-label-filter", tag_field="type"):
    """Keeps endpoints whose label has one of these values."""

    label: str
    valid_values: tuple[str, ...] = ()
    allows_no_label: bool = False


class PrefillFilter(Settings, frozen=True, kw_only=True, tag="prefill-filter", tag_field="type"):
    """Keeps endpoints that can prefill."""


class DecodeFilter(Settings, frozen=True, kw_only=True, tag="decode-filter", tag_field="type"):
    """Keeps endpoints that can decode, those without a role among them."""


class EncodeFilter(Settings, frozen=True, kw_only=True, tag="encode-filter", tag_field="type"):
    """Keeps endpoints that can encode."""


class PrefixCacheAffinityFilter(
    Settings, frozen=True, kw_only=True, tag="prefix-cache-affinity-filter", tag_field="type"
):
    """Keeps endpoints that hold most of the prompt, unless they would be much slower."""

    affinity_threshold: float = 0.80
    exploration_probability: float = 0.0
    max_ttft_penalty_ms: float = 18_000.0
    peak_prefill_throughput: float = 15_928.0
    """Prompt tokens per second."""


FilterSettings = (
    LabelSelectorFilter
    | ByLabelFilter
    | PrefillFilter
    | DecodeFilter
    | EncodeFilter
    | PrefixCacheAffinityFilter
)


class _Scorer(Settings, frozen=True, kw_only=True):
    """Gives every candidate 0 to 1, times its weight."""

    weight: float = 1.0


class QueueScorer(_Scorer, frozen=True, kw_only=True, tag="queue-scorer", tag_field="type"):
    """Fewest waiting requests, relative to the other candidates."""


class KvCacheUtilizationScorer(
    _Scorer, frozen=True, kw_only=True, tag="kv-cache-utilization-scorer", tag_field="type"
):
    """1 - usage of the key-value cache."""


class RunningRequestsSizeScorer(
    _Scorer, frozen=True, kw_only=True, tag="running-requests-size-scorer", tag_field="type"
):
    """Fewest running requests, relative to the other candidates."""


class ActiveRequestScorer(
    _Scorer, frozen=True, kw_only=True, tag="active-request-scorer", tag_field="type"
):
    """Fewest requests in flight from this router, relative to the most."""

    idle_threshold: int = 0
    max_busy_score: float = 1.0


class TokenLoadScorer(
    _Scorer, frozen=True, kw_only=True, tag="token-load-scorer", tag_field="type"
):
    """Fewest tokens in flight from this router, this request's uncached ones included."""

    queue_threshold_tokens: int = 4_194_304


class LoadAwareScorer(
    _Scorer, frozen=True, kw_only=True, tag="load-aware-scorer", tag_field="type"
):
    """0.5 for an empty queue, falling to 0."""

    threshold: int = 128


class PrefixCacheScorer(
    _Scorer, frozen=True, kw_only=True, tag="prefix-cache-scorer", tag_field="type"
):
    """Share of the prompt that the endpoint holds."""

    prefix_length_weight: float = 0.0
    max_model_len: int = 8192
    """Tokens."""


class NoHitLruScorer(_Scorer, frozen=True, kw_only=True, tag="no-hit-lru-scorer", tag_field="type"):
    """For prompts that no candidate holds: the one that had no such prompt for longest."""

    lru_size: int = 1024


class LoraAffinityScorer(
    _Scorer, frozen=True, kw_only=True, tag="lora-affinity-scorer", tag_field="type"
):
    """Where the model's LoRA adapter is loaded, or has room."""


class SessionAffinityScorer(
    _Scorer, frozen=True, kw_only=True, tag="session-affinity-scorer", tag_field="type"
):
    """1 for the endpoint of the request's session, else 0."""


ScorerSettings = (
    QueueScorer
    | KvCacheUtilizationScorer
    | RunningRequestsSizeScorer
    | ActiveRequestScorer
    | TokenLoadScorer
    | LoadAwareScorer
    | PrefixCacheScorer
    | NoHitLruScorer
    | LoraAffinityScorer
    | SessionAffinityScorer
)


class MaxScorePicker(Settings, frozen=True, kw_only=True, tag="max-score-picker", tag_field="type"):
    """Highest sums first, ties in random order."""

    max_num_of_endpoints: int = 1


class RandomPicker(Settings, frozen=True, kw_only=True, tag="random-picker", tag_field="type"):
    """Any, all equally likely."""

    max_num_of_endpoints: int = 1


class WeightedRandomPicker(
    Settings, frozen=True, kw_only=True, tag="weighted-random-picker", tag_field="type"
):
    """Drawn without putting back, by score."""

    max_num_of_endpoints: int = 1


PickerSettings = MaxScorePicker | RandomPicker | WeightedRandomPicker


class ProfileSettings(Settings, frozen=True, kw_only=True):
    """One way to choose: filters in order, then scores, then the picker."""

    filters: tuple[FilterSettings, ...] = ()
    scorers: tuple[ScorerSettings, ...] = ()
    picker: PickerSettings = field(default_factory=MaxScorePicker)


class SingleProfileHandler(
    Settings, frozen=True, kw_only=True, tag="single-profile-handler", tag_field="type"
):
    """Every request gets the same profile."""

    profile: str = "default"


class HeaderProfileHandler(
    Settings, frozen=True, kw_only=True, tag="header-profile-handler", tag_field="type"
):
    """A request header names the profile."""

    header: str = "epp-profile"
    """In lower case."""
    profiles: dict[str, str] = field(default_factory=dict)
    """Profile for each value of the header."""
    default: str
    """Profile of requests without the header."""


HandlerSettings = SingleProfileHandler | HeaderProfileHandler
Parser = Literal["openai-parser", "passthrough-parser"]


class RewriteTarget(Settings, frozen=True, kw_only=True):
    """One of the names under which a model is sent."""

    model: str
    weight: int = 1
    """Its share: weight / sum of weights; 1 to 1 000 000."""


class RewriteSettings(Settings, frozen=True, kw_only=True):
    """A model that is sent under another name."""

    model: str = ""
    """The name in the request; empty: any that no other rule names."""
    targets: tuple[RewriteTarget, ...] = ()


class EngineMetrics(Settings, frozen=True, kw_only=True):
    """Names of one engine's metrics, each `name` or `name{label="value"}`; empty: it has none."""

    waiting: str = ""
    running: str = ""
    kv_usage: str = ""
    cache_info: str = ""
    lora_info: str = ""
    prefix_queries: str = ""
    prefix_hits: str = ""
    block_size: str = ""
    """Tokens of one block, for engines whose `cache_info` does not say."""
    blocks: str = ""
    """Blocks of the cache, for engines whose `cache_info` does not say."""


class ScrapeSettings(Settings, frozen=True, kw_only=True):
    """How endpoints are asked for their load."""

    interval_ms: int = 50
    """Milliseconds between two questions to one endpoint; 0: never ask."""
    stale_ms: int = 2000
    """Milliseconds after which an answer no longer counts."""
    engine: str = "vllm"
    """The engine of endpoints that name none."""
    engines: dict[str, EngineMetrics] = field(default_factory=dict)
    """Metric names by engine, added to the built-in engines."""


class IndexSettings(Settings, frozen=True, kw_only=True):
    """What is remembered of prompts."""

    block_size_tokens: int = 16
    """Used as at least 64, as llm-d does."""
    lru_capacity_per_server: int = 31_250
    """Blocks remembered for each endpoint."""
    auto_tune: bool = True
    """Whether an endpoint that says how large its cache is has that capacity instead."""
    max_prefix_tokens_to_match: int = 131_072
    max_entries: int = 2_097_152
    """Blocks remembered for all endpoints together. Ours: it bounds memory for large fleets."""


class SessionSettings(Settings, frozen=True, kw_only=True):
    """Which header names a session, and how long its endpoint is remembered."""

    header: str = "x-session-id"
    """In lower case."""
    ttl_ms: int = 300_000
    capacity: int = 65_536
    """Sessions remembered at most."""
    token: bool = False
    """Whether answers have the header too, with a token of their endpoint to send back."""


class PolicySettings(Settings, frozen=True, kw_only=True):
    """Limits of a policy written in Python."""

    timeout_ms: int = 20
    """Milliseconds after which its answer is not used."""


class LiveSettings(Settings, frozen=True, kw_only=True):
    """Endpoints and decisions: replaced as a whole, at once."""

    endpoints: tuple[EndpointSettings, ...] = ()
    profiles: dict[str, ProfileSettings] = field(
        default_factory=lambda: {"default": ProfileSettings()}
    )
    handler: HandlerSettings = field(default_factory=SingleProfileHandler)
    parsers: tuple[Parser, ...] = ("openai-parser", "passthrough-parser")
    rewrites: tuple[RewriteSettings, ...] = ()
    scrape: ScrapeSettings = field(default_factory=ScrapeSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    session: SessionSettings = field(default_factory=SessionSettings)
    policy: PolicySettings = field(default_factory=PolicySettings)
    fallbacks: int = 2
    """Endpoints to try after those that the picker returned, best first. Ours, not llm-d's."""
    pool: str = "default"
    """Name of the pool, in llm-d's metrics."""
    seed: int | None = None
    """Start of the random numbers that break ties; None: another one at each start."""


def to_json(settings: Settings) -> bytes:
    """Return the document as the data plane reads it."""
    return msgspec.json.encode(settings)
