"""Every claim of pod_autoscaling: its counter-example, and its ways to stay open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.checks.pod_autoscaling.claims import CLAIMS
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, finding, outcomes, verdicts

from .story import BYSTANDER, FIRST, HIGH, Story

Change = Callable[[Story], object]

QUOTA = ("replicas-made", "1 of 3 pods were made; exceeded quota", False)
PULL = ("image-pull", "target-1: container main: ContainerCreating", True)
NO_CPU = ("scheduling", "target-1: a node: 0/2 nodes: 2 Insufficient cpu", False)
NO_DEVICE = ("scheduling", "target-1: a node: cannot allocate all claims", False)


def test_a_platform_that_follows_holds_every_claim() -> None:
    assert outcomes(Story()) == {claim.id: "held" for claim in CLAIMS}


def test_a_platform_that_follows_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


def test_a_metrics_api_without_pods_is_read_back_by_its_sum() -> None:
    assert outcomes(Story().but(changed(per_pod=False))) == {claim.id: "held" for claim in CLAIMS}


def test_a_device_plugin_passes_by_what_the_replicas_see() -> None:
    story = Story().but(changed(way="device-plugin"))
    found = outcomes(story)
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)
    assert found["accelerators-distinct"] == "held"
    assert found["accelerators-released"] == "not applicable"


def test_what_timed_out_in_a_round_that_was_repeated_counts_no_more() -> None:
    stages = ("autoscaler-active", "autoscaler-up", "start", "release", "claims-released")
    assert outcomes(Story().but(changed(earlier=stages))) == {claim.id: "held" for claim in CLAIMS}


def test_without_autoscalers_in_the_api_the_requirement_does_not_apply() -> None:
    story = Story().but(changed(served=False, published=False))
    assert verdicts(story) == (Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE)


VIOLATED: list[tuple[str, Change]] = [
    ("scales-up", changed(rises_to=1)),
    ("scales-up", changed(rises_to=2)),
    ("scales-up", changed(run=1)),
    ("scales-up", changed(run=2, stopped_by=NO_DEVICE)),
    ("scales-up", changed(not_active="hpa-target: FailedGetPodsMetric: forbidden")),
    ("scales-down", changed(falls=False)),
    ("metric-is-exact", changed(read={"first": {"target-0": 10.0}})),
    ("metric-is-exact", changed(read={"second": {"target-0": float(FIRST)}})),
    ("metric-is-exact", changed(read={"replicas": dict.fromkeys(("target-0", "target-1"), 600.0)})),
    ("metric-is-exact", changed(bystander_read=float(HIGH))),
    ("metric-is-exact", changed(per_pod=False, read={"second": {"": 5.0}})),
    ("stays-when-low", changed(early=3)),
    ("stays-when-low", changed(late=2)),
    ("untouched-stays", changed(bystander_moves=2)),
    ("dead-metric-changes-nothing", changed(when_dead=1)),
    ("dead-metric-changes-nothing", changed(when_dead=5)),
    ("accelerators-distinct", changed(devices=["d0", "d1", "d1"])),
    ("accelerators-distinct", changed(inside=["d0", "d1", "d1"])),
    (
        "accelerators-distinct",
        changed(way="device-plugin", inside=["d0", "d0", "d1"]),
    ),
    ("accelerators-released", changed(released=False)),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_counter_example(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "violated"


UNDECIDED: list[tuple[str, Change]] = [
    ("metric-arrives", changed(arrives=False)),
    ("metric-arrives", changed(published=False)),
    ("scales-up", changed(arrives=False)),
    ("scales-up", changed(raised=False)),
    ("scales-up", changed(not_active="hpa-target: nothing")),
    ("scales-up", changed(early=3)),
    ("scales-up", changed(rises_to=1, told=False)),
    ("scales-up", changed(run=1, stopped_by=QUOTA)),
    ("scales-up", changed(run=1, stopped_by=PULL)),
    ("scales-up", changed(run=1, stopped_by=NO_CPU)),
    ("scales-up", changed(run=1, stopped_by=("", "", False))),
    ("scales-up", changed(disturbed="up")),
    ("scales-down", changed(rises_to=1)),
    ("scales-down", changed(run=1)),
    ("scales-down", changed(falls=False, waited_down=False)),
    ("scales-down", changed(falls=False, low_read=False)),
    ("scales-down", changed(disturbed="down")),
    ("metric-is-exact", changed(arrives=False)),
    ("metric-is-exact", changed(read={"second": {}, "replicas": {}})),
    ("stays-when-low", changed(rises_to=1)),
    ("stays-when-low", changed(low_window=False)),
    ("stays-when-low", changed(reaction=30.0)),
    ("stays-when-low", changed(gap="low metric")),
    ("untouched-stays", changed(rises_to=1)),
    ("untouched-stays", changed(bystander_active=False)),
    ("untouched-stays", changed(gap="down")),
    ("dead-metric-changes-nothing", changed(run=1)),
    ("dead-metric-changes-nothing", changed(noticed=False)),
    ("dead-metric-changes-nothing", changed(falls=False)),
    ("dead-metric-changes-nothing", changed(reaction=30.0)),
    ("dead-metric-changes-nothing", changed(gap="dead metric")),
    ("dead-metric-changes-nothing", changed(disturbed="dead metric")),
    ("accelerators-distinct", changed(run=1)),
    ("accelerators-distinct", changed(shared=True)),
    ("accelerators-distinct", changed(devices=["d0", "", "d2"])),
    ("accelerators-distinct", changed(way="device-plugin", looked_into=False)),
    ("accelerators-released", changed(falls=False)),
    ("accelerators-released", changed(released=False, waited_released=False)),
    ("accelerators-released", changed(go=False)),
]


@pytest.mark.parametrize(("claim", "change"), UNDECIDED)
def test_stays_open(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "undecided"


def test_replicas_that_show_no_device_are_unknown() -> None:
    story = Story().but(changed(way="device-plugin", inside=["", "d1", "d2"]))
    assert outcomes(story)["accelerators-distinct"] == "unknown"


def test_with_one_accelerator_what_needs_two_is_not_tried() -> None:
    story = Story().but(changed(raised=False, blocked=["scales-up", "scales-down"]))
    assert (outcomes(story)["scales-up"], verdicts(story)[0]) == (
        "undecided",
        Verdict.INCONCLUSIVE,
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (changed(read={"first": {"target-0": 10.0}}, rises_to=1), ("FAIL", "FAIL")),
        (changed(bystander_read=float(HIGH), bystander_moves=2), ("PASS", "FAIL")),
        (changed(falls=False), ("FAIL", "FAIL")),
        (changed(run=1), ("FAIL", "FAIL")),
        (changed(arrives=False), ("INCONCLUSIVE", "INCONCLUSIVE")),
        (changed(when_dead=1), ("PASS", "FAIL")),
    ],
    ids=["constant", "another pod's", "never down", "never started", "no adapter", "dead is zero"],
)
def test_verdicts_of_broken_platforms(change: Change, expected: tuple[str, str]) -> None:
    assert tuple(verdict.name for verdict in verdicts(Story().but(change))) == expected


def test_the_bystander_says_what_is_wrong_in_numbers() -> None:
    story = Story().but(changed(bystander_read=float(HIGH)))
    because = finding(story, "metric-is-exact").because
    assert f"publishes {BYSTANDER} and the metrics API says {HIGH}" in because
