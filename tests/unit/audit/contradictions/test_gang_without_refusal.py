"""All-or-nothing shows in a gang that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.made import cell, seen, session

DONE = "job.batch/gang condition met"


def refusal(folder: Path, *lines: str) -> list[tuple[str, str, str]]:
    found = cell(folder, "gang_scheduling", {"a.md": session(*lines)})
    return seen(found, "gang-without-refusal")


def test_a_gang_that_fits_alone_shows_nothing(tmp_path: Path) -> None:
    assert refusal(tmp_path, "$ kubectl wait job/gang", DONE) == [("warning", "a.md:5", DONE)]


def test_a_gang_that_does_not_fit_needs_its_output(tmp_path: Path) -> None:
    lines = ("$ kubectl wait job/gang", DONE, "$ kubectl apply -f oversized.yaml")
    assert refusal(tmp_path, *lines) == [("warning", "a.md:6", lines[2])]


WAITING = [
    ("gang-0   0/1   Pending   0   9s",),
    ("job-a   Suspended   0/3",),
    ("NAME    COHORT   PENDING WORKLOADS", "queue            1"),
    ("NAME   QUEUE   RESERVED IN   ADMITTED   AGE", "big    lq                               3s"),
]


@pytest.mark.parametrize("lines", WAITING)
def test_a_gang_that_waits_is_enough(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert refusal(tmp_path, "$ kubectl get workloads", *lines) == []
