"""Plugins whose work this router does anyway; some parameters of theirs count."""

from __future__ import annotations

from plimsoll.router.plugins.plugin import ONE_INDEX, Parameter, Plugin, ignored

_SCRAPING = (
    ignored("scheme", "the scheme of the endpoint's URL is used", "text"),
    ignored("path", "`metrics_url` of an endpoint says where its metrics are", "text"),
    ignored("insecureSkipVerify", "the endpoint's own settings are used", "truth"),
)

BUILT_IN = (
    Plugin(
        name="approx-prefix-cache-producer",
        point="built in",
        meaning="remembers which endpoint was sent which prompt, block by block",
        parameters=(
            Parameter(
                name="blockSizeTokens",
                kind="integer",
                field="block_size_tokens",
                default=16,
                least=0,
                meaning="Tokens of one block, used as at least 64; 0: the default.",
            ),
            Parameter(
                name="lruCapacityPerServer",
                kind="integer",
                field="lru_capacity_per_server",
                default=31_250,
                least=0,
                meaning="Blocks remembered for each endpoint; 0: the default.",
            ),
            Parameter(
                name="maxPrefixTokensToMatch",
                kind="integer",
                field="max_prefix_tokens_to_match",
                default=131_072,
                least=0,
                meaning="Tokens of a prompt that are looked at; 0: `maxPrefixBlocksToMatch` "
                "decides.",
            ),
            Parameter(
                name="maxPrefixBlocksToMatch",
                kind="integer",
                default=0,
                least=0,
                meaning="Blocks of a prompt that are looked at, where `maxPrefixTokensToMatch` "
                "is 0; 0: all.",
            ),
            Parameter(
                name="blockSize",
                kind="integer",
                default=0,
                least=0,
                meaning="Deprecated: characters of one block, four to a token.",
            ),
            Parameter(
                name="autoTune",
                kind="truth",
                field="auto_tune",
                default=True,
                meaning="Whether an endpoint that says how large its cache is has that capacity "
                "instead.",
            ),
        ),
    ),
    Plugin(
        name="inflight-load-producer",
        point="built in",
        meaning="counts requests and uncached prompt tokens in flight at each endpoint",
        parameters=(
            ignored("prefixMatchInfoProducerName", ONE_INDEX, "text"),
            ignored("maxEstimatedOutputTokens", "output tokens are not estimated", "integer"),
        ),
    ),
    Plugin(
        name="token-producer",
        point="built in",
        meaning="estimates tokens as a quarter of the prompt's bytes",
        instead_of=("tokenizer",),
        parameters=(
            ignored("modelName", "tokens are estimated, for every model alike", "text"),
            ignored("estimate", "the estimate is built in"),
        ),
    ),
    Plugin(
        name="session-id-producer",
        point="built in",
        meaning="reads the header that names a session",
        parameters=(
            Parameter(
                name="headerName",
                kind="text",
                default="x-session-id",
                meaning="Header that names the session.",
            ),
        ),
    ),
    Plugin(
        name="metrics-data-source",
        point="built in",
        meaning="asks every endpoint for its metrics",
        parameters=_SCRAPING,
    ),
    Plugin(
        name="core-metrics-extractor",
        point="built in",
        meaning="reads waiting and running requests, cache usage and adapters",
        parameters=(
            Parameter(
                name="defaultEngine",
                kind="text",
                default="vllm",
                meaning="Whose metric names endpoints use that name no engine.",
            ),
            Parameter(
                name="engineConfigs",
                kind="engines",
                meaning="Metric names of other engines: `name`, `queuedRequestsSpec`, "
                "`runningRequestsSpec`, `kvUsageSpec`, `loraSpec`, `cacheInfoSpec`, "
                "`cacheBlockSizeSpec`, `cacheNumBlocksSpec`.",
            ),
            Parameter(
                name="engineLabelKey",
                kind="text",
                default="llm-d.ai/engine-type",
                meaning="Only `llm-d.ai/engine-type`: the label that names an endpoint's engine.",
            ),
        ),
    ),
    Plugin(
        name="models-responder",
        point="built in",
        meaning="answers /v1/models with the models of all endpoints",
    ),
    Plugin(
        name="models-data-source",
        point="built in",
        meaning="asks endpoints for their models when a client asks",
        parameters=_SCRAPING,
    ),
    Plugin(
        name="models-data-extractor",
        point="built in",
        meaning="reads the answers of models-data-source",
    ),
    Plugin(
        name="k8s-notification-source",
        point="built in",
        meaning="endpoints come and go as they are discovered",
        parameters=(
            ignored("group", "the pool and its pods are watched", "text"),
            ignored("version", "the pool and its pods are watched", "text"),
            ignored("kind", "the pool and its pods are watched", "text"),
        ),
    ),
    Plugin(
        name="endpoint-notification-source",
        point="built in",
        meaning="endpoints come and go as they are discovered",
    ),
    Plugin(
        name="file-discovery",
        point="built in",
        meaning="reads endpoints from the file {path}",
        parameters=(
            Parameter(name="path", kind="text", meaning="The file, as with `--endpoints FILE`."),
            Parameter(
                name="watchFile",
                kind="truth",
                default=False,
                meaning="Accepted; the file is always watched.",
            ),
        ),
    ),
)
