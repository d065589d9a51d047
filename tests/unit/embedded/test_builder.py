"""Builds: named by what they are made from, made once, shown while they run, failing in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.embedded import builder, builds
from plimsoll.embedded.progress import Event, silent

GO = """#!/bin/sh
echo "$@" >> "$PLIMSOLL_CACHE/calls"
case "$1" in
list) printf 'a\\nb\\nc\\n';;
build)
    [ -e "$PLIMSOLL_CACHE/broken" ] && { echo 'main.go:3:1: undefined: x' >&2; exit 1; }
    while [ "$1" != -o ]; do shift; done
    for p in a b c; do echo "example.org/$p" >&2; done
    case "$2" in */) touch "$2/$(basename "$3")";; *) touch "$2";; esac;;
esac
"""


@pytest.fixture(autouse=True)
def toolchain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Stand in for the Go toolchain; the real one is used by every live test."""
    program = tmp_path / "bin/go"
    program.parent.mkdir()
    program.write_text(GO)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.mark.parametrize("name", [name for name in builds.all_names() if builds.load(name).wheel])
def test_every_wheel_is_pinned_for_both_kinds_of_machine(name: str) -> None:
    wheel = builds.load(name).wheel
    assert wheel is not None
    assert set(wheel.hashes) == {"x86_64", "aarch64"}
    assert {len(bytes.fromhex(text)) for text in wheel.hashes.values()} == {32}


@pytest.mark.parametrize(
    "name", [name for name in builds.all_names() if not builds.load(name).wheel]
)
def test_every_build_is_described(name: str) -> None:
    build = builds.load(name)
    module = (builds.module_folder(name) / "go.mod").read_text()
    assert build.version in module
    assert build.usual_seconds > 0
    foreign = [package for package in build.packages if not package.startswith(".")]
    assert [p for p in foreign if f"\t{p}\n" not in module and f"tool {p}\n" not in module] == []


def test_builds_of_one_module_graph_share_its_pins() -> None:
    shared = {builds.module_folder(name).name for name in ("envoy-gateway", "jobset", "lws")}
    assert shared == {"controllers"}


def test_another_version_is_built_from_the_same_files_with_its_own_pins(toolchain: Path) -> None:
    builder.programs(["kubernetes-1.36"], silent)
    pins = builds.folder("kubernetes-1.36") / "go.mod"
    calls = (toolchain / "calls").read_text().splitlines()
    assert [call for call in calls if f"-modfile={pins}" not in call] == []
    assert builds.source_folder("kubernetes-1.36") == builds.folder("kubernetes")


def test_a_changed_pin_renames_the_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "graph").mkdir()
    (tmp_path / "one/build.toml").write_text(
        'title = "One"\nversion = "1"\nusual_seconds = 1\npackages = ["x/one"]\nmodule = "graph"\n'
    )
    monkeypatch.setattr(builds, "_FOLDER", tmp_path)
    keys = []
    for version in ("1", "2"):
        (tmp_path / "graph/go.mod").write_text(f"require x v{version}\n")
        builds.load.cache_clear()
        builds.key.cache_clear()
        keys.append(builds.key("one"))
    builds.load.cache_clear()
    builds.key.cache_clear()
    assert keys[0] != keys[1]


def test_there_is_no_such_build() -> None:
    with pytest.raises(builds.BuildDescriptionError, match="the build 'nothing'"):
        builds.load("nothing")


def test_every_program_has_a_path(toolchain: Path) -> None:
    found = builder.programs(["kubernetes", "runc"], silent)
    assert {"kubelet", "kubectl", "etcd", "runc"} <= set(found)
    assert [path for path in found.values() if not Path(path).exists()] == []


def test_a_second_call_builds_nothing(toolchain: Path) -> None:
    first = builder.programs(["runc"], silent)
    calls = (toolchain / "calls").read_text()
    assert builder.missing(["runc", "coredns"]) == ["coredns"]
    assert builder.programs(["runc"], silent) == first
    assert (toolchain / "calls").read_text() == calls


def test_progress_counts_packages(toolchain: Path) -> None:
    seen: list[Event] = []
    builder.programs(["coredns"], seen.append)
    assert [event.detail for event in seen if event.state == "moved"] == [
        "fetching modules", "1 of 3 packages", "2 of 3 packages", "3 of 3 packages",
    ]  # fmt: skip
    assert seen[-1].state == "done"
    assert seen[0].stage == f"build CoreDNS {builds.load('coredns').version}"


def test_a_failed_build_says_why_and_leaves_nothing(toolchain: Path) -> None:
    (toolchain / "broken").touch()
    with pytest.raises(builder.BuildError, match="undefined: x"):
        builder.programs(["coredns"], silent)
    assert [path.name for path in (toolchain / "builds").iterdir()] == [".coredns.lock"]


def test_flags_are_those_of_the_build(toolchain: Path) -> None:
    builder.programs(["runc"], silent)
    [command] = [
        line for line in (toolchain / "calls").read_text().splitlines() if line.startswith("build")
    ]
    assert command.startswith("build -v -trimpath -tags seccomp -ldflags -s -w -o ")


def test_finished_programs_of_the_same_sources_are_used(
    toolchain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "site/plimsoll_platform"
    home = wheel / f"runc-{builds.key('runc')}"
    home.mkdir(parents=True)
    (wheel / "__init__.py").touch()
    (home / "runc").touch()
    monkeypatch.syspath_prepend(str(wheel.parent))
    assert builder.programs(["runc"], silent) == {"runc": str(home / "runc")}
    assert builder.missing(["coredns"]) == ["coredns"]
