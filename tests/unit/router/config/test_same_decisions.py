"""A configuration of llm-d makes the same decisions here: plugins, parameters, defaults."""

from __future__ import annotations

import pytest

from plimsoll.router import settings as s
from plimsoll.router.presets import DEFAULT, PRESETS, preset
from tests.unit.router.config.configs import WHOLE, decisions, of_plugins, read


def test_weights_and_their_default() -> None:
    expected = s.ProfileSettings(
        scorers=(s.QueueScorer(weight=1), s.PrefixCacheScorer(weight=3)),
        picker=s.MaxScorePicker(),
    )
    assert expected == decisions(WHOLE).profiles["default"]


def test_without_profiles_all_plugins_make_one() -> None:
    text = of_plugins("- type: decode-filter", "- type: queue-scorer", "- type: random-picker")
    expected = s.ProfileSettings(
        filters=(s.DecodeFilter(),), scorers=(s.QueueScorer(),), picker=s.RandomPicker()
    )
    assert {"default": expected} == decisions(text).profiles


def test_a_profile_without_picker_takes_the_one_of_the_list() -> None:
    text = WHOLE.replace("  - pluginRef: max-score-picker\n", "").replace(
        "type: max-score-picker", "type: weighted-random-picker"
    )
    assert decisions(text).profiles["default"].picker == s.WeightedRandomPicker()


def test_without_any_picker_the_highest_sum() -> None:
    text = WHOLE.replace("  - pluginRef: max-score-picker\n", "").replace(
        "- type: max-score-picker\n", ""
    )
    assert decisions(text).profiles["default"].picker == s.MaxScorePicker()


def test_parameters_under_their_names() -> None:
    text = of_plugins(
        "- type: prefix-cache-affinity-filter",
        "  parameters:",
        "    affinityThreshold: 0.5",
        "    explorationProbability: 0.1",
        "    maxTTFTPenaltyMs: 100",
        "    peakPrefillThroughput: 1000",
        "- type: label-selector-filter",
        "  parameters:",
        "    matchLabels: {zone: a}",
        "    matchExpressions: [{key: gpu, operator: In, values: [h100]}]",
        "- type: active-request-scorer",
        "  parameters: {idleThreshold: 2, maxBusyScore: 0.5}",
        "- type: token-load-scorer",
        "  parameters: {queueThresholdTokens: 99}",
        "- type: prefix-cache-scorer",
        "  parameters: {prefixLengthWeight: 0.5, maxModelLen: 16384}",
        "- type: no-hit-lru-scorer",
        "  parameters: {lruSize: 7}",
        "- type: max-score-picker",
        "  parameters: {maxNumOfEndpoints: 3}",
    )
    expected = s.ProfileSettings(
        filters=(
            s.PrefixCacheAffinityFilter(
                affinity_threshold=0.5,
                exploration_probability=0.1,
                max_ttft_penalty_ms=100,
                peak_prefill_throughput=1000,
            ),
            s.LabelSelectorFilter(
                match_labels={"zone": "a"},
                match_expressions=(s.LabelExpression(key="gpu", operator="In", values=("h100",)),),
            ),
        ),
        scorers=(
            s.ActiveRequestScorer(idle_threshold=2, max_busy_score=0.5),
            s.TokenLoadScorer(queue_threshold_tokens=99),
            s.PrefixCacheScorer(prefix_length_weight=0.5, max_model_len=16384),
            s.NoHitLruScorer(lru_size=7),
        ),
        picker=s.MaxScorePicker(max_num_of_endpoints=3),
    )
    assert expected == decisions(text).profiles["default"]


def test_a_header_chooses_between_profiles() -> None:
    text = WHOLE.replace("name: default", "name: decode").replace(
        "plugins:\n- type", "plugins:\n- type: header-profile-handler\n- type", 1
    )
    text += "- name: prefill\n  plugins:\n  - pluginRef: queue-scorer\n"
    expected = s.HeaderProfileHandler(
        header="epp-profile",
        profiles={"decode": "decode", "prefill": "prefill"},
        default="decode",
    )
    assert expected == decisions(text).handler


def test_one_profile_needs_no_header() -> None:
    text = of_plugins("- type: header-profile-handler", "- type: queue-scorer")
    assert decisions(text).handler == s.SingleProfileHandler(profile="default")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("{}", s.IndexSettings()),
        ("{blockSizeTokens: 128}", s.IndexSettings(block_size_tokens=128)),
        ("{blockSize: 256}", s.IndexSettings(block_size_tokens=64)),
        ("{lruCapacityPerServer: 1000}", s.IndexSettings(lru_capacity_per_server=1000)),
        ("{lruCapacityPerServer: 0}", s.IndexSettings()),
        ("{autoTune: false}", s.IndexSettings(auto_tune=False)),
        ("{maxPrefixTokensToMatch: 4096}", s.IndexSettings(max_prefix_tokens_to_match=4096)),
        (
            "{maxPrefixTokensToMatch: 0, maxPrefixBlocksToMatch: 10}",
            s.IndexSettings(max_prefix_tokens_to_match=640),
        ),
    ],
)
def test_sizes_of_the_prefix_index(parameters: str, expected: s.IndexSettings) -> None:
    text = of_plugins(f"- type: approx-prefix-cache-producer\n  parameters: {parameters}")
    assert expected == decisions(text).index


def test_sessions() -> None:
    text = of_plugins(
        "- type: session-affinity-scorer",
        "  parameters: {algorithm: session_id_header, headerName: X-Chat, evictionTtlSeconds: 60}",
    )
    assert decisions(text).session == s.SessionSettings(header="x-chat", ttl_ms=60_000)
    token = decisions(of_plugins("- type: session-affinity-scorer")).session
    assert token == s.SessionSettings(header="x-session-token", ttl_ms=600_000, token=True)


def test_parsers_as_listed() -> None:
    text = WHOLE + "requestHandler: {parsers: [{pluginRef: openai-parser}]}\n"
    assert decisions(text).parsers == ("openai-parser",)


@pytest.mark.parametrize("shape", ["{pluginRef: f}", "{endpoints: {pluginRef: f}}"])
def test_endpoints_from_the_file_that_discovery_names(shape: str) -> None:
    text = WHOLE.replace(
        "plugins:\n- type",
        "plugins:\n- {name: f, type: file-discovery, parameters: {path: e.yaml}}\n- type",
        1,
    )
    assert read(text + f"dataLayer: {{discovery: {shape}}}\n").endpoints_file == "e.yaml"


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_nothing_to_say(name: str) -> None:
    assert preset(name).findings == ()


def test_default_preset() -> None:
    expected = s.ProfileSettings(
        filters=(s.PrefixCacheAffinityFilter(),), scorers=(s.TokenLoadScorer(),)
    )
    sticky = preset(DEFAULT).decisions
    assert sticky is not None
    assert expected == sticky.profiles["default"]


def test_engines_with_names_of_their_own() -> None:
    text = of_plugins(
        "- type: core-metrics-extractor",
        "  parameters:",
        "    defaultEngine: mine",
        "    engineConfigs:",
        "    - {name: mine, queuedRequestsSpec: 'm_waiting{kind=a}', kvUsageSpec: m_usage}",
    )
    read_so = decisions(text)
    assert read_so.engine == "mine"
    assert read_so.engines == {
        "mine": s.EngineMetrics(waiting="m_waiting{kind=a}", kv_usage="m_usage")
    }
