"""What is wrong in a configuration is said with file, line and column, and with what to write."""

from __future__ import annotations

import pytest

from tests.unit.router.config.configs import WHOLE, findings, of_plugins, read

TWO_PROFILES = WHOLE + "- name: other\n  plugins:\n  - pluginRef: queue-scorer\n"

CASES: list[tuple[str, str, str]] = [
    ("not YAML", "plugins: [", "c.yaml:1:"),
    ("a key twice", WHOLE + "kind: Other\n", "c.yaml:15:1: error: this is not YAML: found dupl"),
    ("not a mapping", "- 1\n", "c.yaml:1:1: error: this is not an EndpointPickerConfig"),
    ("empty", "", "the file holds empty"),
    ("a ConfigMap", "kind: ConfigMap\ndata: {}\n", "this is a ConfigMap"),
    (
        "another version",
        WHOLE.replace("v1alpha1", "v2"),
        "c.yaml:1:13: error: apiVersion is 'llm-d.ai/v2'; it must be llm-d.ai/v1alpha1",
    ),
    ("another kind", WHOLE.replace(": Endpoint", ": End"), "c.yaml:2:7: error: kind is 'EndPick"),
    (
        "a top field",
        WHOLE + "profiles: []\n",
        "c.yaml:15:1: error: EndpointPickerConfig has no field profiles",
    ),
    (
        "a plugin's field",
        WHOLE.replace("- name: prefix\n", "- nme: prefix\n"),
        "c.yaml:5:3: error: a plugin has no field nme; did you mean name?",
    ),
    (
        "a misspelt type",
        WHOLE.replace("type: queue-scorer", "type: queu-scorer"),
        "c.yaml:4:9: error: there is no plugin type queu-scorer; did you mean queue-scorer?",
    ),
    (
        "a plugin that is not here",
        WHOLE.replace("type: queue-scorer", "type: latency-scorer"),
        "the plugin latency-scorer is not implemented; the nearest that is: token-load-scorer",
    ),
    (
        "a reference to nothing",
        WHOLE.replace("pluginRef: prefix", "pluginRef: prefx"),
        "c.yaml:12:16: error: there is no plugin prefx; did you mean prefix?",
    ),
    (
        "a reference to what is not listed",
        WHOLE.replace("pluginRef: prefix", "pluginRef: token-load-scorer"),
        "token-load-scorer does not stand in plugins; add `- type: token-load-scorer` there",
    ),
    (
        "a weight that is text",
        WHOLE.replace("weight: 3", "weight: much"),
        "c.yaml:13:13: error: the weight of prefix must be a number of at least 0",
    ),
    ("a weight below 0", WHOLE.replace("weight: 3", "weight: -1"), "must be a number of at least"),
    ("a weight that is none", WHOLE.replace("weight: 3", "weight: .nan"), "must be a number of a"),
    (
        "an unknown parameter",
        of_plugins("- type: queue-scorer", "  parameters: {fast: true}"),
        "c.yaml:5:16: error: queue-scorer has no field fast",
    ),
    (
        "a parameter of the wrong kind",
        of_plugins("- type: load-aware-scorer", "  parameters:", "    threshold: many"),
        "c.yaml:6:16: error: load-aware-scorer threshold must be a whole number, and is 'many'",
    ),
    (
        "a parameter out of range",
        of_plugins("- type: active-request-scorer", "  parameters:", "    maxBusyScore: 2"),
        "active-request-scorer maxBusyScore is 2; it must be from 0 to 1",
    ),
    *(
        (
            f"a number that nobody can mean: {number[:5]}",
            of_plugins(f"- {{type: {plugin}, parameters: {{{parameter}: {number}}}}}"),
            f"{parameter} must be a {'whole ' * (parameter == 'threshold')}number, and is",
        )
        for plugin, parameter in (
            ("session-affinity-scorer", "evictionTtlSeconds"),
            ("load-aware-scorer", "threshold"),
        )
        for number in (".inf", ".nan", "1" + "0" * 400)
    ),
    (
        "two plugins of one name",
        of_plugins("- type: queue-scorer", "- type: queue-scorer"),
        "c.yaml:5:3: error: two plugins have the name queue-scorer",
    ),
    ("a plugin without type", of_plugins("- name: x"), "a plugin has no type"),
    ("plugins that are no list", of_plugins("  a: b"), "plugins must be a list"),
    (
        "two pickers",
        WHOLE.replace("- type: max", "- type: random-picker\n- type: max")
        + "  - pluginRef: random-picker\n",
        "profile default has 2 pickers",
    ),
    ("two profiles, nothing chooses", TWO_PROFILES, "nothing chooses between them"),
    (
        "no such default profile",
        TWO_PROFILES.replace(
            "plugins:\n- type", "plugins:\n- type: header-profile-handler\n- type", 1
        ),
        "the default profile decode of header-profile-handler is not there",
    ),
    ("queueing", WHOLE + "featureGates: [flowControl]\n", "flowControl is not implemented"),
    ("an unknown gate", WHOLE + "featureGates: [floControl]\n", "did you mean flowControl?"),
    (
        "predicted latency",
        of_plugins(
            "- type: prefix-cache-affinity-filter",
            "  parameters: {ttftSource: latencyPredictor}",
        ),
        "ttftSource latencyPredictor is not implemented; the nearest that is: prefillThroughput",
    ),
    (
        "an algorithm that is none",
        of_plugins("- type: session-affinity-scorer", "  parameters: {algorithm: session_id}"),
        "algorithm session_id is not implemented; did you mean session_id_header?",
    ),
    (
        "an operator that is none",
        of_plugins(
            "- type: label-selector-filter",
            "  parameters:",
            "    matchExpressions: [{key: a, operator: Gt, values: ['1']}]",
        ),
        "a requirement has the operator 'Gt'; use one of In, NotIn, Exists, DoesNotExist",
    ),
    (
        "shared state",
        WHOLE + "dataLayer: {peerDiscovery: {pluginRef: x}}\n",
        "dataLayer.peerDiscovery is not implemented",
    ),
    (
        "a parser that is not here",
        WHOLE + "requestHandler: {parsers: [{pluginRef: vllmgrpc-parser}]}\n",
        "the plugin vllmgrpc-parser is not implemented; the nearest that is: passthrough-parser",
    ),
    (
        "an engine that nobody knows",
        of_plugins("- type: core-metrics-extractor", "  parameters: {defaultEngine: sglan}"),
        "there is no engine sglan; did you mean sglang?",
    ),
    (
        "a metric of an engine that is not read",
        of_plugins(
            "- type: core-metrics-extractor",
            "  parameters: {engineConfigs: [{name: a, customMetrics: []}]}",
        ),
        "c.yaml:5:42: error: an engine has no field customMetrics",
    ),
    (
        "a saturation detector as a filter",
        of_plugins("- type: utilization-detector")
        + "schedulingProfiles:\n- name: a\n  plugins: [{pluginRef: utilization-detector}]\n",
        "utilization-detector is not implemented as a filter",
    ),
]


@pytest.mark.parametrize(("wrong", "text", "says"), CASES, ids=[case[0] for case in CASES])
def test_error(wrong: str, text: str, says: str) -> None:
    config = read(text)
    said = [str(each) for each in config.errors]
    assert any(says in each for each in said), said
    assert config.decisions is None


def test_what_is_refused_is_said_once() -> None:
    text = WHOLE.replace("type: prefix-cache-scorer", "type: latency-scorer")
    assert [str(each) for each in read(text).errors] == [
        (
            "c.yaml:6:9: error: the plugin latency-scorer is not implemented; "
            "the nearest that is: token-load-scorer"
        )
    ]


def test_a_whole_configuration_has_nothing_to_say() -> None:
    assert findings(WHOLE) == []


@pytest.mark.parametrize(
    "hostile",
    [
        b"\xff\xfe\x00",
        b"[" * 5000,
        b"a: &a [*a]\n",
        b"x" * (1 << 21),
        b"plugins: !!python/object:os.system {}\n",
        b"plugins: 2026-11-30\nschedulingProfiles: !!set {a, b}\n",
        b"? [1, 2]\n: 3\n",
        b"plugins:\n- &x {type: queue-scorer}\n- <<: *x\n  name: y\n",
        b"a: 1\n---\nb: 2\n",
        b"plugins: [{type: queue-scorer, parameters: [1]}]\n",
        b"\x00",
        b"%YAML 9.9\n---\n",
    ],
)
def test_hostile_files_end_in_findings(hostile: bytes) -> None:
    from plimsoll.router.epp_config import parse

    config = parse(hostile, "h.yaml")
    assert all(str(each).startswith("h.yaml") for each in config.findings)
    assert config.findings != ()
