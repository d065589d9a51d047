"""The run's metric: its names, and values of which each asks for what it shall ask for."""

from __future__ import annotations

import pytest

from plimsoll.checks.pod_autoscaling.metric import AIM, series, values
from plimsoll.checks.pod_autoscaling.needs import MOST

RUNS = ("k3f9x2", "bbbbbb", "zzzzzz", "wk5stz", "c72rqr")


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("replicas", range(2, MOST + 1))
def test_low_values_ask_for_one_replica_and_high_ones_for_all(run: str, replicas: int) -> None:
    found = values(run, replicas)
    low = max(found.first, found.bystander)
    assert low * replicas <= AIM
    assert found.second <= AIM * 0.9
    assert found.high >= AIM * replicas


@pytest.mark.parametrize("run", RUNS)
def test_all_values_differ_and_a_mix_up_with_the_bystander_shows(run: str) -> None:
    found = values(run, MOST)
    assert found.first < found.bystander < found.second < found.high


def test_runs_differ() -> None:
    assert len({values(run, MOST).first for run in RUNS}) > 1


@pytest.mark.parametrize(
    ("given", "name"), [("", "plimsoll_x_load"), ("queue_depth", "queue_depth")]
)
def test_the_run_stands_in_the_labels_also_under_a_given_name(given: str, name: str) -> None:
    found = series("x", "target", given)
    assert found.name == name
    assert dict(found.labels) == {"plimsoll_run": "x", "plimsoll_part": "target"}
