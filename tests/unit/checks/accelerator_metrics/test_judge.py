"""Every claim of accelerator_metrics: its counter-example, and its ways to stay open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.checks.accelerator_metrics.claims import CLAIMS
from plimsoll.checks.accelerator_metrics.needs import LOAD_CLAIMS
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, finding, outcomes, together, verdicts

from .story import BUSY, IDLE, MIB, Story

Change = Callable[[Story], object]
NOT_FOUND = {"code": 404, "message": "page not found"}
UNREACHABLE = {"code": 503, "message": "error trying to reach service"}
BROKEN = {"line": 7, "text": "<html>", "why": "it does not begin with the name of a metric"}
UNPROVEN = {"before": None, "after": None, "at_least": 0, "unit": "bytes moved"}
GAUGES = {"vendor_busy": 1.0, "vendor_heap": 5.0}


def told(node: str, **devices: dict[str, float]) -> Change:
    return lambda story: story.told.update({node: devices})


def generic(*responding: str, idle: dict[str, float] = GAUGES) -> Change:
    """Return the change to an exporter whose names nobody knows."""
    loud = {"a0": {name: value * 10 for name, value in idle.items() if name in responding}}
    return together(
        changed(exporter="", publishes_identity=False, under_load=loud),
        told("n1", a0=idle, a1=idle),
        told("n2", b0=idle, b1=idle),
    )


NO_VALUES = together(told("n1"), told("n2"), changed(under_load={}))
ANONYMOUS = changed(
    strange={"device-1", "device-2"},
    told={"n1": {"device-1": IDLE, "device-2": IDLE}, "n2": {"device-1": IDLE}},
    under_load={"device-2": BUSY},
    publishes_identity=False,
)
UNKNOWN_DEVICE = changed(device="", seen_inside=False)


def test_true_exporter_holds_every_claim() -> None:
    assert outcomes(Story()) == {claim.id: "held" for claim in CLAIMS}


def test_true_exporter_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


def test_device_plugin_whose_load_says_inside_what_it_has_passes() -> None:
    story = Story()
    story.way, story.strange = "device-plugin", {"a0", "a1", "b0", "b1"}
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)


HELD: list[tuple[str, Change]] = [
    ("series-per-accelerator", generic("vendor_busy", "vendor_heap")),
    ("utilisation-moves", generic("vendor_busy", "vendor_heap")),
    ("memory-moves", generic("vendor_busy", "vendor_heap")),
    ("utilisation-moves", ANONYMOUS),
    ("utilisation-moves", changed(up_in=4)),
    ("quiet-before-load", changed(blip={"a0": {"utilisation": 0.5}})),
    ("utilisation-moves", changed(proof=UNPROVEN)),
    # A series that is only there under load.
    (
        "memory-moves",
        together(changed(idle_series=False), told("n1", a1=IDLE), told("n2", b0=IDLE, b1=IDLE)),
    ),
    ("others-stay-steady", changed(under_load={"a0": BUSY, "a1": {"utilisation": 0.05}})),
    ("values-are-fresh", changed(stamps=[1.0, 2.0, 3.0])),
    ("every-node-has-endpoint", changed(malformed={"n2": BROKEN})),
    ("identities-match-inventory", changed(way="device-plugin")),
]


@pytest.mark.parametrize(("claim", "change"), HELD)
def test_held(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "held"


VIOLATED: list[tuple[str, Change]] = [
    ("standard-format", changed(malformed={"n2": BROKEN})),
    ("series-per-accelerator", NO_VALUES),
    ("series-per-accelerator", together(NO_VALUES, changed(idle_series=False))),
    ("quiet-before-load", changed(restless={"a0": {"utilisation": 0.5}})),
    ("quiet-before-load", changed(restless={"a0": {"memory_used": 60.0 * MIB}})),
    ("utilisation-moves", changed(under_load={})),
    ("utilisation-moves", changed(under_load={"a1": BUSY})),
    ("utilisation-moves", changed(after={"a0": BUSY})),
    ("memory-moves", changed(under_load={})),
    ("memory-moves", changed(under_load={"a0": BUSY | {"memory_used": 40.0 * MIB}})),
    ("memory-moves", changed(after={"a0": {"memory_used": 64.0 * MIB}})),
    ("every-node-has-endpoint", changed(endpoints=["n1"])),
    ("every-node-has-endpoint", changed(errors={"n2": NOT_FOUND})),
    ("identities-match-inventory", told("n2", b0=IDLE)),
    ("identities-match-inventory", changed(strange={"b1"})),
    (
        "identities-match-inventory",
        together(changed(way="device-plugin"), told("n2", b0=IDLE)),
    ),
    ("values-in-range", told("n2", b0=IDLE | {"utilisation": 97.0}, b1=IDLE)),
    ("values-in-range", told("n2", b0=IDLE | {"memory_used": 2048.0 * MIB}, b1=IDLE)),
    ("values-in-range", told("n2", b0=IDLE | {"memory_used": -1.0}, b1=IDLE)),
    ("values-in-range", told("n2", b0=IDLE | {"temperature": 9.2e18}, b1=IDLE)),
    ("values-in-range", changed(not_numbers={"power": "nan"})),
    ("values-are-fresh", changed(frozen=True)),
    ("values-are-fresh", changed(stamps=[5.0])),
    ("others-stay-steady", changed(under_load={"a0": BUSY, "a1": BUSY})),
    ("others-stay-steady", changed(under_load={"a1": BUSY})),
    ("returns-to-idle", changed(after={"a0": {"utilisation": 0.08}})),
    ("returns-to-idle", changed(after={"a0": {"memory_used": 20.0 * MIB}})),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_violated(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "violated"


NOBODY_ANSWERS = changed(errors={"n1": UNREACHABLE, "n2": UNREACHABLE})
UNDECIDED: list[tuple[str, Change]] = [
    *((claim.id, NOBODY_ANSWERS) for claim in CLAIMS),
    *((claim, changed(blocked=list(LOAD_CLAIMS))) for claim in LOAD_CLAIMS),
    *((claim, changed(pulses=2)) for claim in LOAD_CLAIMS),
    *((claim, changed(phase="Failed")) for claim in LOAD_CLAIMS),
    (
        "series-per-accelerator",
        together(NO_VALUES, changed(idle_series=False, pulses=0)),
    ),
    ("utilisation-moves", changed(restless={"a0": {"utilisation": 0.5}})),
    ("utilisation-moves", changed(under_load={}, proof=UNPROVEN)),
    ("utilisation-moves", changed(under_load={}, proof={})),
    (
        "utilisation-moves",
        changed(under_load={}, proof={"before": 3, "after": 3, "at_least": 10, "unit": "%"}),
    ),
    ("utilisation-moves", changed(up_in=2)),
    # What the cluster says was given, and the container did not confirm.
    ("utilisation-moves", changed(under_load={"a1": BUSY}, seen_inside=False, proof=UNPROVEN)),
    (
        "utilisation-moves",
        together(UNKNOWN_DEVICE, changed(under_load={"a0": BUSY, "a1": BUSY})),
    ),
    ("memory-moves", changed(under_load={"a0": {"utilisation": 0.4}}, bytes_used=0)),
    ("quiet-before-load", NO_VALUES),
    ("memory-moves", NO_VALUES),
    ("every-node-has-endpoint", changed(errors={"n2": UNREACHABLE})),
    ("identities-match-inventory", NO_VALUES),
    (
        "identities-match-inventory",
        changed(way="device-plugin", shared=True, counts={"n2": 8}),
    ),
    ("values-in-range", NO_VALUES),
    ("values-are-fresh", changed(frozen=True, proof=UNPROVEN)),
    ("others-stay-steady", changed(under_load={})),
    ("others-stay-steady", changed(restless={"a1": {"utilisation": 0.9}})),
    ("others-stay-steady", UNKNOWN_DEVICE),
    ("returns-to-idle", changed(under_load={})),
]


@pytest.mark.parametrize(("claim", "change"), UNDECIDED)
def test_undecided(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "undecided"


UNKNOWN: list[tuple[str, Change]] = [
    ("series-per-accelerator", generic()),
    ("series-per-accelerator", generic("vendor_busy")),
    ("utilisation-moves", generic("vendor_busy")),
    ("memory-moves", generic()),
    ("identities-match-inventory", ANONYMOUS),
]


@pytest.mark.parametrize(("claim", "change"), UNKNOWN)
def test_unknown(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "unknown"


def test_range_of_values_without_a_known_meaning_is_not_exercised() -> None:
    story = Story().but(generic("vendor_busy", "vendor_heap"))
    assert outcomes(story)["values-in-range"] == "not exercised"


def test_no_others_to_keep_still_where_the_node_has_one_accelerator() -> None:
    story = Story()
    story.told["n1"] = {"a0": IDLE}
    story.nodes["n1"] = ["a0"]
    assert outcomes(story)["others-stay-steady"] == "not applicable"


def test_node_without_metrics_fails_only_strictly() -> None:
    story = Story()
    story.errors = {"n2": NOT_FOUND}
    assert verdicts(story) == (Verdict.PASS, Verdict.FAIL)


def test_swapped_identities_fail_plain_and_strict() -> None:
    story = Story()
    story.under_load = {"a1": BUSY}
    assert verdicts(story) == (Verdict.FAIL, Verdict.FAIL)


def test_exporter_that_no_name_and_no_load_explains_is_unknown() -> None:
    assert verdicts(Story().but(generic()))[0] == Verdict.UNKNOWN


def test_swap_is_told_with_both_identities() -> None:
    story = Story()
    story.under_load = {"a1": BUSY}
    assert finding(story, "utilisation-moves").because == (
        "the load was on a0, whose utilisation did not follow it; that of a1 did, in all 3 pulses"
    )
