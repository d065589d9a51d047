"""Filters: each takes candidates away."""

from __future__ import annotations

from plimsoll.router import settings
from plimsoll.router.plugins.plugin import ONE_INDEX, ONE_LOAD, Parameter, Plugin, ignored

FILTERS = (
    Plugin(
        name="label-selector-filter",
        point="filter",
        meaning="keeps endpoints whose labels match the selector",
        makes=settings.LabelSelectorFilter,
        instead_of=("by-label-selector",),
        parameters=(
            Parameter(
                name="matchLabels",
                kind="labels",
                field="match_labels",
                meaning="Labels with exactly this value; all must match.",
            ),
            Parameter(
                name="matchExpressions",
                kind="expressions",
                field="match_expressions",
                meaning="Requirements with `key`, `operator` (In, NotIn, Exists, DoesNotExist) "
                "and `values`; all must hold.",
            ),
        ),
    ),
    Plugin(
        name="by-label-filter",
        point="filter",
        meaning="keeps endpoints whose label {label} has one of the values {validValues}",
        makes=settings.ByLabelFilter,
        instead_of=("by-label",),
        parameters=(
            Parameter(name="label", kind="text", field="label", meaning="Name of the label."),
            Parameter(
                name="validValues",
                kind="texts",
                field="valid_values",
                meaning="Values that stay.",
            ),
            Parameter(
                name="allowsNoLabel",
                kind="truth",
                field="allows_no_label",
                default=False,
                meaning="Whether endpoints without the label stay.",
            ),
        ),
    ),
    Plugin(
        name="decode-filter",
        point="filter",
        meaning="keeps endpoints whose label llm-d.ai/role allows decoding, or that have no role",
        makes=settings.DecodeFilter,
    ),
    Plugin(
        name="prefill-filter",
        point="filter",
        meaning="keeps endpoints whose label llm-d.ai/role allows prefill",
        makes=settings.PrefillFilter,
    ),
    Plugin(
        name="encode-filter",
        point="filter",
        meaning="keeps endpoints whose label llm-d.ai/role allows encoding",
        makes=settings.EncodeFilter,
    ),
    Plugin(
        name="prefix-cache-affinity-filter",
        point="filter",
        meaning="where some endpoints hold at least {affinityThreshold:.0%} of the prompt, keeps "
        "those alone, unless the best of them would answer more than {maxTTFTPenaltyMs:g} ms "
        "later than the best of the others (tokens in flight / {peakPrefillThroughput:g} per "
        "second)",
        makes=settings.PrefixCacheAffinityFilter,
        parameters=(
            Parameter(
                name="affinityThreshold",
                kind="number",
                field="affinity_threshold",
                default=0.80,
                least=0,
                most=1,
                meaning="Share of the prompt that an endpoint must hold.",
            ),
            Parameter(
                name="explorationProbability",
                kind="number",
                field="exploration_probability",
                default=0.0,
                least=0,
                most=1,
                meaning="Probability with which the filter does nothing.",
            ),
            Parameter(
                name="maxTTFTPenaltyMs",
                kind="number",
                field="max_ttft_penalty_ms",
                default=18_000.0,
                least=0,
                meaning="Milliseconds that holding the prompt may cost; 0: any.",
            ),
            Parameter(
                name="peakPrefillThroughput",
                kind="number",
                field="peak_prefill_throughput",
                default=15_928.0,
                least=0,
                meaning="Prompt tokens per second that one endpoint computes at most.",
            ),
            Parameter(
                name="ttftSource",
                kind="text",
                default="prefillThroughput",
                meaning="Only `prefillThroughput`: time to first token from tokens in flight.",
            ),
            ignored("prefixMatchInfoProducerName", ONE_INDEX, "text"),
            ignored("inFlightLoadProducerName", ONE_LOAD, "text"),
        ),
    ),
)
