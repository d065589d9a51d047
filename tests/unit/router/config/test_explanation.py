"""`plimsoll route lint` says in words what a configuration does."""

from __future__ import annotations

import pytest

from plimsoll.router.explain import explanation
from plimsoll.router.plugins import PLUGINS, in_words
from plimsoll.router.presets import preset
from tests.unit.router.config.configs import of_plugins, read


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_default_preset_in_words() -> None:
    said = words(explanation(preset("llm-d-sticky")))
    assert "1. prefix-cache-affinity-filter: where some endpoints hold at least 80%" in said
    assert "1 x token-load-scorer: 1 - (tokens in flight there" in said
    assert "Then max-score-picker: the highest sum, ties at random." in said


def test_parameters_stand_in_the_words() -> None:
    text = of_plugins(
        "- {name: mine, type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.5}}"
    )
    said = words(explanation(read(text)))
    assert "mine (prefix-cache-affinity-filter): where some endpoints hold at least 50%" in said


@pytest.mark.parametrize("name", PLUGINS)
def test_every_plugin_has_words(name: str) -> None:
    assert in_words(PLUGINS[name], {})
