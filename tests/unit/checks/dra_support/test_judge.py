"""Every claim of dra_support has a counter-example here, and every way to stay undecided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.checks.dra_support.claims import CLAIMS, KINDS
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, finding, outcomes, verdicts

from .story import Story

Change = Callable[[Story], object]


def allocated(role: str, *devices: str) -> Change:
    return lambda story: story.allocated.update({role: list(devices)})


def crud(kind: str, step: str, **data: object) -> Change:
    return lambda story: story.crud.update({(kind, step): data})


def test_healthy_platform_holds_every_claim() -> None:
    assert outcomes(Story()) == {claim.id: "held" for claim in CLAIMS}


def test_healthy_platform_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


VIOLATED: list[tuple[str, Change]] = [
    ("api-served", changed(versions=[])),
    ("api-served", changed(versions=["v1beta2"])),
    ("device-class-works", crud("DeviceClass", "read", uid="other")),
    ("resource-claim-works", crud("ResourceClaim", "update", value="old", wanted="new")),
    ("resource-claim-template-works", crud("ResourceClaimTemplate", "delete", gone=False)),
    ("resource-slice-works", changed(refused_kind=("ResourceSlice", 404))),
    ("template-claim-allocated", allocated("template", "d9")),
    ("template-claim-allocated", changed(not_started={"template"})),
    ("template-claim-allocated", changed(not_reserved={"template"})),
    ("template-claim-removed", changed(template_claim_stays=True)),
    ("direct-claim-allocated", changed(not_started={"direct"})),
    ("selector-honoured", allocated("selector", "d2")),
    ("injected-is-allocated", changed(inside={"direct": []})),
    ("injected-is-allocated", changed(inside={"selector": ["id-d0"]})),
    ("claim-shared", changed(not_reserved={"shared-b"})),
    ("claim-shared", changed(inside={"shared-b": ["id-d1"]})),
    ("never-twice", allocated("contender-1", "d2")),
    ("never-twice", allocated("contender-1", "d0")),
    ("never-twice", changed(inside={"contender-1": ["id-d2"]})),
    ("never-twice", changed(waiter_runs_early=True)),
    ("release-serves-waiting", changed(waiter_gets=None)),
    ("release-serves-waiting", changed(waiter_gets=["d3"])),
    ("release-serves-waiting", changed(not_started={"contender-2"})),
    ("unsatisfiable-waits", changed(impossible_runs=True)),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_counter_example_is_seen(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "violated"


def test_every_claim_has_a_counter_example() -> None:
    assert {claim for claim, _ in VIOLATED} == {claim.id for claim in CLAIMS}


UNDECIDED: list[tuple[str, Change]] = [
    ("resource-claim-works", changed(refused_kind=("ResourceClaim", 403))),
    ("template-claim-allocated", allocated("template")),
    ("selector-honoured", changed(selector=("maker", "m"))),
    ("injected-is-allocated", changed(inside={"unclaimed": ["id-d0"]})),
    ("never-twice", changed(gap_in="n-plus-one")),
    ("never-twice", changed(disturbed="n-plus-one")),
    ("never-twice", changed(not_started={"contender-1"})),
    ("release-serves-waiting", changed(disturbed="n-plus-one")),
    ("release-serves-waiting", changed(outside=True, waiter_gets=None)),
    ("direct-claim-allocated", changed(outside=True, not_started={"direct"})),
    ("unsatisfiable-waits", changed(control_runs=False)),
    ("unsatisfiable-waits", changed(scheduler_silent=True)),
    ("unsatisfiable-waits", changed(gap_in="unsatisfiable")),
    ("unsatisfiable-waits", changed(disturbed="unsatisfiable")),
]


@pytest.mark.parametrize(("claim", "change"), UNDECIDED)
def test_missing_ground_leaves_the_claim_undecided(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "undecided"


def test_any_version_is_enough_for_v1_33() -> None:
    story = Story()
    story.standard, story.versions = "v1.33", ["v1beta1"]
    assert outcomes(story)["api-served"] == "held"


def test_without_a_driver_the_driver_claims_are_undecided_and_the_api_passes() -> None:
    story = Story()
    story.devices = []
    driver = {claim.id for claim in CLAIMS} - {"api-served", *KINDS.values()}
    found = outcomes(story)
    assert ({found[claim] for claim in driver}, verdicts(story)) == (
        {"undecided"},
        (Verdict.PASS, Verdict.INCONCLUSIVE),
    )


def test_driver_that_prepares_nothing_fails_strictly() -> None:
    story = Story()
    story.inside = {
        role: [] for role in ("template", "direct", "selector", "contender-0", "contender-1")
    }
    assert verdicts(story) == (Verdict.PASS, Verdict.FAIL)


def test_driver_that_injects_another_device_fails_strictly() -> None:
    story = Story()
    story.inside = {"template": ["id-d3"], "direct": ["id-d3"], "selector": ["id-d2"]}
    assert verdicts(story) == (Verdict.PASS, Verdict.FAIL)


def test_unmapped_identity_is_unknown() -> None:
    story = Story()
    story.identity_in_pod = False
    assert outcomes(story)["injected-is-allocated"] == "unknown"


def test_blocked_claim_is_undecided_with_the_reason() -> None:
    story = Story()
    story.blocked = ["never-twice"]
    found = finding(story, "never-twice")
    assert (found.outcome.value, found.because, found.next_step) == (
        "undecided",
        "not tried: quota",
        "raise",
    )
