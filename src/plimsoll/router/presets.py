"""Configurations that have a name. They are written as llm-d's files are, and can be printed."""

from __future__ import annotations

from plimsoll.errors import UsageError
from plimsoll.router.epp_config import EppConfig, parse
from plimsoll.router.findings import did_you_mean

DEFAULT = "llm-d-sticky"
PRESETS: dict[str, str] = {
    "llm-d-sticky": """\
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: prefix-cache-affinity-filter
- type: token-load-scorer
- type: max-score-picker
schedulingProfiles:
- name: default
  plugins:
  - pluginRef: prefix-cache-affinity-filter
  - pluginRef: token-load-scorer
  - pluginRef: max-score-picker
""",
    "llm-d-default": """\
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: queue-scorer
- type: kv-cache-utilization-scorer
- type: prefix-cache-scorer
- type: max-score-picker
schedulingProfiles:
- name: default
  plugins:
  - pluginRef: queue-scorer
    weight: 2
  - pluginRef: kv-cache-utilization-scorer
    weight: 2
  - pluginRef: prefix-cache-scorer
    weight: 3
  - pluginRef: max-score-picker
""",
}
"""Every preset as the text of its file."""
MEANINGS: dict[str, str] = {
    "llm-d-sticky": "stays where the prompt's prefix is cached until that would cost too much "
    "time, then takes the endpoint with the fewest tokens in flight; what llm-d recommends",
    "llm-d-default": "a weighted sum of cached prefix, queue and cache usage; what llm-d does "
    "without a configuration",
}


def preset(name: str) -> EppConfig:
    """Return a preset, read. Raises UsageError for an unknown name."""
    if name not in PRESETS:
        raise UsageError(f"there is no preset {name!r}", next_step=did_you_mean(name, PRESETS))
    return parse(PRESETS[name].encode(), name)
