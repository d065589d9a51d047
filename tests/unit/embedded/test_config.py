"""A configuration that cannot be meant is refused in words; sizes are read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.embedded import builds, components, faults
from plimsoll.embedded.config import (
    KUBERNETES_BUILDS,
    PlatformConfig,
    format_size,
    parse_size,
    parse_version,
    validate,
)
from plimsoll.errors import UsageError


def test_the_default_is_usable() -> None:
    assert validate(PlatformConfig()) == PlatformConfig()


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (PlatformConfig(name="Big"), "name 'Big'"),
        (PlatformConfig(name="-a"), "name '-a'"),
        (PlatformConfig(name="a" * 21), "name"),
        (PlatformConfig(name="a/../b"), "name"),
        (PlatformConfig(nodes=0), "--nodes 0"),
        (PlatformConfig(nodes=9), "--nodes 9"),
        (PlatformConfig(accelerators=-1), "--accelerators -1"),
        (PlatformConfig(accelerators=33), "--accelerators 33"),
        (PlatformConfig(kubernetes_version="v1.30.0"), "Kubernetes 'v1.30.0'"),
        (PlatformConfig(accelerator_memory=1000), "1000 bytes"),
        (PlatformConfig(accelerator_memory=2**20 + 1), "1048577 bytes"),
    ],
)
def test_what_cannot_be_meant_is_refused(config: PlatformConfig, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        validate(config)
    assert caught.value.next_step != ""


@pytest.mark.parametrize(
    ("text", "size"),
    [("1Gi", 2**30), ("256MiB", 2**28), ("2G", 2 * 10**9), ("4096", 4096), ("64 mi", 2**26)],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "1Xi", "-1Gi", "1.5Gi"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a size"):
        parse_size(text)


@given(st.integers(0, 2**45))
def test_sizes_are_written_short(size: int) -> None:
    assert len(format_size(size)) <= 9


def test_an_unknown_component_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no component named 'gangs'") as caught:
        components.wanted(PlatformConfig(components=("gangs",)))
    assert "gang" in caught.value.next_step


def test_an_unknown_fault_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no fault named 'flood'") as caught:
        faults.effective(PlatformConfig(faults=("flood",)))
    assert set(faults.registry()) <= set(
        caught.value.next_step.removeprefix("choose from: ").split(", ")
    )


def test_the_core_comes_without_asking() -> None:
    names = [component.name for component in components.wanted(PlatformConfig())]
    assert "dns" in names
    assert "gang" not in names


def test_a_component_comes_once() -> None:
    config = PlatformConfig(components=("dns", "gang", "gang"))
    names = [component.name for component in components.wanted(config)]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", sorted(faults.registry()))
def test_a_fault_changes_something_and_nothing_that_a_user_chose(name: str) -> None:
    asked = PlatformConfig(name="x", nodes=3, accelerators=5, faults=(name,))
    broken = faults.effective(asked)
    kept = ("name", "network", "nodes", "accelerators", "accelerator_memory", "faults")
    assert [getattr(broken, field) for field in kept] == [getattr(asked, field) for field in kept]
    assert faults.get(name).title != ""


@pytest.mark.parametrize("text", ["1.36", "v1.36", "v1.36.3", " 1.36.3 "])
def test_a_version_is_named_short_or_in_full(text: str) -> None:
    assert parse_version(text) == "v1.36.3"


@pytest.mark.parametrize("text", ["1.30", "1", "newest", "1.36.99"])
def test_other_versions_are_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="no embedded Kubernetes") as caught:
        parse_version(text)
    assert caught.value.next_step == "choose from: 1.37, 1.36, 1.35, 1.34"


@pytest.mark.parametrize(("version", "build"), KUBERNETES_BUILDS.items())
def test_every_version_has_its_build(version: str, build: str) -> None:
    assert f"v{builds.load(build).version}" == version


@pytest.mark.parametrize(("version", "has"), [("v1.37.2", True), ("v1.36.3", False)])
def test_native_gangs_came_with_1_37(version: str, has: bool) -> None:
    assert PlatformConfig(kubernetes_version=version).has_native_gang() is has
