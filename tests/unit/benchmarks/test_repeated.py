"""Long runs go on where they were stopped, and pass only when every verdict does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import repeated, soak, versions
from benchmarks.repeated import Ran, Wanted
from plimsoll.cli.results import append
from plimsoll.embedded.config import KUBERNETES_BUILDS, PlatformConfig

CONFIG = PlatformConfig(name="never")


def ran(wanted: Wanted, *, passed: bool = True, commit: str = "aaa") -> Ran:
    verdict = "PASS" if passed else "FAIL"
    return Ran(
        date="2026-11-25",
        commit=commit,
        wanted=wanted,
        verdicts={"dra_support": "PASS"},
        strict_verdicts={"dra_support": verdict},
        seconds=1,
        passed=passed,
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Wanted]:
    """Stand in for the platform and its runs; returns the runs that were made."""
    runs: list[Wanted] = []

    @contextmanager
    def brought_up(config: PlatformConfig) -> Iterator[None]:
        yield

    def run(wanted: Wanted, name: str) -> Ran:
        runs.append(wanted)
        return ran(wanted, passed=wanted.number != 3)

    monkeypatch.setattr(repeated, "brought_up", brought_up)
    monkeypatch.setattr(repeated, "_run", run)
    monkeypatch.setattr("plimsoll.cli.results.commit", lambda: "aaa")
    return runs


def wanted(number: int) -> Wanted:
    return Wanted(kubernetes="v1.37.2", number=number)


def test_recorded_runs_are_not_made_again(made: list[Wanted], tmp_path: Path) -> None:
    append(tmp_path / "lines", ran(wanted(1)))
    append(tmp_path / "lines", ran(wanted(2), commit="other"))
    lines = repeated.run_all([wanted(1), wanted(2)], tmp_path / "lines", CONFIG)
    assert made == [wanted(2)]
    assert [line.wanted for line in lines] == [wanted(1), wanted(2)]


def test_each_run_is_written_down_at_once(made: list[Wanted], tmp_path: Path) -> None:
    repeated.run_all([wanted(1), wanted(2)], tmp_path / "lines", CONFIG)
    repeated.run_all([wanted(1), wanted(2)], tmp_path / "lines", CONFIG)
    assert made == [wanted(1), wanted(2)]


def test_one_run_that_did_not_pass_decides(made: list[Wanted], tmp_path: Path) -> None:
    lines = repeated.run_all([wanted(1), wanted(3)], tmp_path / "lines", CONFIG)
    assert repeated.conclude(lines) == 1
    assert repeated.conclude(lines[:1]) == 0


def test_soak_makes_five_whole_runs_and_ten_of_each_check_alone(
    made: list[Wanted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "RESULTS", tmp_path)
    soak.main([])
    whole = [each for each in made if each.requirements == ()]
    assert [each.number for each in whole] == [1, 2, 3, 4, 5]
    for requirement in set(repeated.asked("v1.37")) - soak.WHOLE_ONLY:
        alone = [each.number for each in made if each.requirements == (requirement,)]
        assert alone == list(range(1, 11))


def test_half_a_soak_leaves_the_other_half_to_others(
    made: list[Wanted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "RESULTS", tmp_path)
    soak.main(["whole"])
    assert made == soak.PLAN["whole"]
    assert soak.main(["hole"]) == 2


@pytest.mark.parametrize("version", [each for each in KUBERNETES_BUILDS if "1.37" not in each])
def test_an_older_version_is_checked_on_all_that_its_checklist_asks(version: str) -> None:
    others, gangs = versions.runs_of(version)
    assert (gangs.requirements, gangs.device_plugin) == (("gang_scheduling",), True)
    checklist = version.rsplit(".", 1)[0]
    assert {*others.requirements, *gangs.requirements} == set(repeated.asked(checklist))
