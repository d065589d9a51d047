"""Configurations that tests change: a whole one, and how to read one."""

from __future__ import annotations

from plimsoll.router.epp_config import Decisions, EppConfig, parse

WHOLE = """\
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: queue-scorer
- name: prefix
  type: prefix-cache-scorer
- type: max-score-picker
schedulingProfiles:
- name: default
  plugins:
  - pluginRef: queue-scorer
  - pluginRef: prefix
    weight: 3
  - pluginRef: max-score-picker
"""


def read(text: str) -> EppConfig:
    return parse(text.encode(), "c.yaml")


def findings(text: str) -> list[str]:
    return [str(each) for each in read(text).findings]


def decisions(text: str) -> Decisions:
    config = read(text)
    assert config.decisions is not None, [str(each) for each in config.errors]
    return config.decisions


def of_plugins(*lines: str) -> str:
    """Return a configuration of these entries of `plugins` and no profile."""
    head = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins:\n"
    return head + "\n".join(lines) + "\n"
