"""Scorers: each gives every candidate 0 to 1, times its weight."""

from __future__ import annotations

from plimsoll.router import settings
from plimsoll.router.plugins.plugin import ONE_INDEX, ONE_LOAD, Parameter, Plugin, ignored

ENCODED_ENDPOINT = "encoded_endpoint_header"
SESSION_ALGORITHMS = (ENCODED_ENDPOINT, "session_id_header")

SCORERS = (
    Plugin(
        name="queue-scorer",
        point="scorer",
        meaning="1 for the fewest waiting requests, 0 for the most, in proportion between",
        makes=settings.QueueScorer,
    ),
    Plugin(
        name="kv-cache-utilization-scorer",
        point="scorer",
        meaning="the free share of the key-value cache",
        makes=settings.KvCacheUtilizationScorer,
    ),
    Plugin(
        name="running-requests-size-scorer",
        point="scorer",
        meaning="1 for the fewest running requests, 0 for the most, in proportion between",
        makes=settings.RunningRequestsSizeScorer,
        instead_of=("running-requests-scorer",),
    ),
    Plugin(
        name="active-request-scorer",
        point="scorer",
        meaning="1 with at most {idleThreshold} requests in flight from this router; else "
        "(most - own) / most, times {maxBusyScore:g}",
        makes=settings.ActiveRequestScorer,
        parameters=(
            Parameter(
                name="idleThreshold",
                kind="integer",
                field="idle_threshold",
                default=0,
                least=0,
                meaning="Up to this many requests in flight an endpoint counts as idle.",
            ),
            Parameter(
                name="maxBusyScore",
                kind="number",
                field="max_busy_score",
                default=1.0,
                least=0,
                most=1,
                meaning="The most that a busy endpoint gets.",
            ),
            ignored(
                "requestTimeout",
                "it is deprecated in llm-d as well: a request counts until it ends",
                "text",
            ),
            ignored("inFlightLoadProducerName", ONE_LOAD, "text"),
        ),
    ),
    Plugin(
        name="token-load-scorer",
        point="scorer",
        meaning="1 - (tokens in flight there + this request's uncached tokens) / "
        "{queueThresholdTokens}",
        makes=settings.TokenLoadScorer,
        parameters=(
            Parameter(
                name="queueThresholdTokens",
                kind="integer",
                field="queue_threshold_tokens",
                default=4_194_304,
                least=1,
                meaning="Tokens at which the score is 0.",
            ),
            ignored("inFlightLoadProducerName", ONE_LOAD, "text"),
        ),
    ),
    Plugin(
        name="load-aware-scorer",
        point="scorer",
        meaning="0.5 for an empty queue, falling to 0 at {threshold} waiting requests",
        makes=settings.LoadAwareScorer,
        parameters=(
            Parameter(
                name="threshold",
                kind="integer",
                field="threshold",
                default=128,
                least=1,
                meaning="Waiting requests at which the score is 0.",
            ),
        ),
    ),
    Plugin(
        name="prefix-cache-scorer",
        point="scorer",
        meaning="the share of the prompt's blocks that the endpoint holds",
        makes=settings.PrefixCacheScorer,
        parameters=(
            Parameter(
                name="prefixLengthWeight",
                kind="number",
                field="prefix_length_weight",
                default=0.0,
                least=0,
                most=1,
                meaning="Part of the score that comes from the length of the match, squared, "
                "instead of its share.",
            ),
            Parameter(
                name="maxModelLen",
                kind="integer",
                field="max_model_len",
                default=8192,
                least=1,
                meaning="Tokens at which the length counts fully.",
            ),
            ignored("prefixMatchInfoProducerName", ONE_INDEX, "text"),
        ),
    ),
    Plugin(
        name="no-hit-lru-scorer",
        point="scorer",
        meaning="0.5 for all where some endpoint holds a part of the prompt; else 1 for the one "
        "that had no such prompt for longest, falling to 0",
        makes=settings.NoHitLruScorer,
        parameters=(
            Parameter(
                name="lruSize",
                kind="integer",
                field="lru_size",
                default=1024,
                least=1,
                meaning="Endpoints whose order is remembered.",
            ),
            ignored("prefixPluginType", "it never had an effect in llm-d", "text"),
            ignored("prefixPluginName", "it never had an effect in llm-d", "text"),
            ignored("prefixMatchInfoProducerName", ONE_INDEX, "text"),
        ),
    ),
    Plugin(
        name="lora-affinity-scorer",
        point="scorer",
        meaning="1 where the LoRA adapter is loaded, 0.8 where there is room for it, 0.6 where it "
        "is being loaded, else 0",
        makes=settings.LoraAffinityScorer,
    ),
    Plugin(
        name="session-affinity-scorer",
        point="scorer",
        meaning="1 for the endpoint that served the session before, as the header {headerName} "
        "says; else 0",
        makes=settings.SessionAffinityScorer,
        parameters=(
            Parameter(
                name="algorithm",
                kind="text",
                default=ENCODED_ENDPOINT,
                meaning="`encoded_endpoint_header`: every answer has the header, with "
                "a token of its endpoint that the client sends back. With either algorithm the "
                "client may send a name of its own choice instead, whose endpoint is remembered.",
            ),
            Parameter(
                name="headerName",
                kind="text",
                default="x-session-token",
                meaning="Header with the session's token or name.",
            ),
            Parameter(
                name="evictionTtlSeconds",
                kind="number",
                default=600.0,
                least=0,
                meaning="How long an unused session is remembered by its name.",
            ),
            ignored("evictionSweepSeconds", "sessions are forgotten when they are looked up"),
            ignored("missThreshold", "a session moves as soon as its endpoint cannot be chosen"),
            ignored("profileName", "one endpoint serves a request, whichever profile chose it"),
        ),
    ),
)
