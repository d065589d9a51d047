"""What is accepted without effect, deprecated or probably not meant is said, and kept in use."""

from __future__ import annotations

import pytest

from tests.unit.router.config.configs import WHOLE, decisions, findings, of_plugins

CASES: list[tuple[str, str, str]] = [
    (
        "the older group",
        WHOLE.replace("llm-d.ai/", "inference.networking.x-k8s.io/"),
        "c.yaml:1:13: note: inference.networking.x-k8s.io/v1alpha1 is deprecated",
    ),
    ("the newer version", WHOLE.replace("v1alpha1", "v1"), "llm-d.ai/v1 is read as llm-d.ai/v1a"),
    (
        "no scraping",
        WHOLE + "dataLayer: {injectDefaults: false}\n",
        "injectDefaults changes nothing here",
    ),
    ("no version", WHOLE.split("\n", 1)[1], "c.yaml:1:1: note: apiVersion is missing"),
    (
        "a deprecated plugin",
        of_plugins("- type: by-label", "  parameters: {label: zone, validValues: [a]}"),
        "c.yaml:4:9: note: by-label is deprecated; write by-label-filter",
    ),
    (
        "a parameter without effect",
        of_plugins(
            "- type: prefix-cache-scorer", "  parameters:", "    prefixMatchInfoProducerName: x"
        ),
        "changes nothing here: there is one prefix index, and it is built in",
    ),
    ("flow control without its gate", WHOLE + "flowControl: {maxBytes: 1Gi}\n", "its feature gate"),
    ("a gate that is off", WHOLE + "featureGates: [flowControl=false]\n", "changes nothing here"),
    ("a detector", of_plugins("- type: utilization-detector", "- type: queue-scorer"), "not done"),
    ("the older detector", WHOLE + "saturationDetector: {pluginRef: x}\n", "is deprecated"),
    ("the older parser", WHOLE + "parser: {pluginRef: openai-parser}\n", "parser is deprecated"),
    (
        "a plugin that no profile uses",
        WHOLE.replace("plugins:\n- type", "plugins:\n- type: lora-affinity-scorer\n- type", 1),
        "c.yaml:4:3: warning: no profile uses lora-affinity-scorer",
    ),
    (
        "a weight of a filter",
        of_plugins("- type: decode-filter")
        + "schedulingProfiles:\n- name: a\n  plugins: [{pluginRef: decode-filter, weight: 2}]\n",
        "decode-filter is not a scorer: its weight changes nothing",
    ),
    ("a weight of 0", WHOLE.replace("weight: 3", "weight: 0"), "makes it count for nothing"),
    ("no scorer", of_plugins("- type: decode-filter"), "has no scorer: its picker draws at random"),
    (
        "a handler in a profile",
        of_plugins("- type: single-profile-handler", "- type: queue-scorer")
        + "schedulingProfiles:\n- name: a\n  plugins:\n  - pluginRef: single-profile-handler\n"
        "  - pluginRef: queue-scorer\n",
        "single-profile-handler changes nothing in a profile",
    ),
]


@pytest.mark.parametrize(("what", "text", "says"), CASES, ids=[case[0] for case in CASES])
def test_note(what: str, text: str, says: str) -> None:
    said = findings(text)
    assert any(says in each for each in said), said
    decisions(text)
