"""A component brings those that it requires, before itself and once; unknown ones are named."""

from __future__ import annotations

import pytest

from plimsoll.embedded import components
from plimsoll.embedded.components.kueue import Kueue
from plimsoll.embedded.config import PlatformConfig
from plimsoll.errors import UsageError


class Below(Kueue):
    name = "below"


class Above(Kueue):
    name = "above"
    requires = ("below",)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, components.Component] = {"above": Above(), "below": Below()}
    monkeypatch.setattr(components, "registry", lambda: found)


def names(*asked: str) -> list[str]:
    return [found.name for found in components.wanted(PlatformConfig(components=asked))]


def test_what_is_required_comes_first() -> None:
    assert names("above") == ["below", "above"]


def test_what_is_asked_for_twice_comes_once() -> None:
    assert names("below", "above", "above") == ["below", "above"]


def test_all_means_every_one_beyond_the_core() -> None:
    assert components.optional(PlatformConfig()) == ["above", "below"]


def test_an_unknown_one_is_answered_with_the_known_ones_and_all() -> None:
    with pytest.raises(UsageError) as caught:
        names("sideways")
    assert caught.value.next_step == "choose from: above, below, all"
