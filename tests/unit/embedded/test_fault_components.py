"""What only a fault had brought goes with it; what somebody has asked for since stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.embedded import components, faults
from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import Hierarchy, PlatformCgroup
from plimsoll.embedded.components.kueue import Kueue
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.state import Folder, Record

RECORD = Record(
    config=PlatformConfig(name="demo"),
    addresses=Addresses(7),
    cgroup=PlatformCgroup(name="none", version=1, hierarchies=(Hierarchy("/none", "pids"),)),
    boot="1234",
    binaries={},
    images=(),
    tool_version="0.1.0",
)


class Below(Kueue):
    """A component that only says that it was removed."""

    name = "below"

    def __init__(self) -> None:
        self.removed = 0

    def remove(self, platform: Platform) -> None:  # noqa: ARG002
        self.removed += 1


class Above(Below):
    name = "above"
    requires = ("below",)


class Brings(Fault):
    components = ("below",)


class DoesWithout(Fault):
    name = "does-without"
    components = ("above",)
    without = ("below",)


@pytest.fixture
def below(monkeypatch: pytest.MonkeyPatch) -> Below:
    found = Below()
    known: dict[str, components.Component] = {"below": found, "above": Above()}
    monkeypatch.setattr(components, "registry", lambda: known)
    return found


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    folder = Folder("demo", tmp_path)
    folder.create()
    folder.write_record(RECORD)
    return Platform(folder, RECORD)


def ask_for(platform: Platform, name: str) -> None:
    """Write down what a check does: the platform's own record here stays as old as it is."""
    config = replace(RECORD.config, components=(name,))
    platform.folder.write_record(replace(RECORD, config=config))


def test_what_only_the_fault_had_brought_goes_with_it(platform: Platform, below: Below) -> None:
    Brings().revert(platform)
    assert below.removed == 1


@pytest.mark.parametrize("asked", ["below", "above"], ids=["itself", "what requires it"])
def test_what_was_asked_for_since_stays(platform: Platform, below: Below, asked: str) -> None:
    ask_for(platform, asked)
    Brings().revert(platform)
    assert below.removed == 0


@pytest.mark.parametrize(("asked", "removed"), [("below", 1), ("", 0)])
def test_what_would_keep_the_promise_by_itself_is_taken_away(
    platform: Platform, below: Below, asked: str, removed: int
) -> None:
    if asked:
        ask_for(platform, asked)
    DoesWithout().apply(platform)
    assert below.removed == removed


def test_a_platform_with_a_fault_is_without_what_would_keep_the_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faults, "get", lambda _: DoesWithout())
    asked = PlatformConfig(components=("other", "below"), faults=("does-without",))
    assert faults.effective(asked).components == ("other", "above")


BROUGHT = sorted(
    {name for fault in faults.registry().values() for name in (*fault.components, *fault.without)}
)


@pytest.mark.parametrize("name", BROUGHT)
def test_whatever_a_fault_brings_can_be_removed(name: str) -> None:
    assert "remove" in vars(type(components.registry()[name]))
