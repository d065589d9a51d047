"""Every claim of cluster_autoscaling: held, its counter-examples, and its ways to stay open."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.checks.cluster_autoscaling.claims import CLAIMS
from plimsoll.checks.cluster_autoscaling.sightings import GUESSED
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, finding, outcomes, verdicts

from .story import RESOURCE, Story

NONE_COMES = {"comes": False, "binds_to": "", "deadline": "node-comes", "says": []}
NEVER_OFFERS = {"offers": False, "binds_to": "", "deadline": "node-offers"}
TWO_TYPES = [RESOURCE, "example.com/other"]
EXCESS: dict[str, Any] = {"impossible_brings": True, "too_many": True}
REFUSED = {"reason": "NotTriggerScaleUp", "means": "refused", "outside": "limit"}


def story_with(**attributes: Any) -> Story:
    return Story().but(changed(**attributes))


HELD = {claim.id: "held" for claim in CLAIMS} | {"every-type-brings-its-node": "not applicable"}


def test_an_autoscaler_that_works_holds_every_claim() -> None:
    assert outcomes(Story()) == HELD


def test_an_autoscaler_that_works_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


def test_accelerators_by_claims_are_judged_by_slices() -> None:
    story = story_with(way="dra", lacks="0/2 nodes are available: cannot allocate all claims.")
    assert outcomes(story) == HELD


def test_the_report_says_how_the_accelerator_was_asked_for() -> None:
    because = finding(Story(), "waiting-pod-brings-node").because
    assert because == (
        "new-1 (uid uid-new-1) came 10 s after wanting-1, which asks for the resource "
        "example.com/accelerator (a taint of the autoscaler's pools names it), and wanting-1 was "
        "bound to it after 15 s"
    )


def test_watches_may_tell_of_node_and_binding_in_any_order() -> None:
    assert outcomes(story_with(seen_late=True)) == HELD


def test_another_type_that_brings_its_node_holds() -> None:
    story = story_with(types=TWO_TYPES, second="comes")
    assert outcomes(story)["every-type-brings-its-node"] == "held"


VIOLATED: list[tuple[str, dict[str, Any]]] = [
    ("waiting-pod-brings-node", NONE_COMES),
    (
        "waiting-pod-brings-node",
        {**NONE_COMES, "says": [{"reason": "NotTriggerScaleUp", "means": "looked"}]},
    ),
    ("waiting-pod-brings-node", {**NONE_COMES, "found": []}),
    ("new-node-advertises", NEVER_OFFERS),
    ("pod-runs-on-new-node", {"inside": []}),
    ("pod-runs-on-new-node", {"runs": False, "start_timeout": "start"}),
    ("idle-node-goes", {"idle_goes": False}),
    (
        "idle-node-goes",
        {"way": "dra", "lacks": "cannot allocate all claims", "slices_stay": True},
    ),
    ("busy-node-stays", {"goes_while_busy": True}),
    ("impossible-pod-brings-none", {"impossible_brings": True}),
    ("no-more-nodes-than-allowed", EXCESS),
    ("every-type-brings-its-node", {"types": TWO_TYPES, "second": "none"}),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_counter_example_is_seen(claim: str, change: dict[str, Any]) -> None:
    assert outcomes(story_with(**change))[claim] == "violated"


def test_every_claim_but_the_control_has_a_counter_example() -> None:
    assert {claim for claim, _ in VIOLATED} == {c.id for c in CLAIMS if not c.is_control}


OPEN: list[tuple[str, str, dict[str, Any]]] = [
    ("scarcity-shown", "undecided", {"lacks": "0/2 nodes are available: 2 Insufficient cpu."}),
    ("scarcity-shown", "undecided", {"lacks": "", "binds_to": "old-1", "comes": False}),
    ("scarcity-shown", "undecided", {"made": False}),
    ("scarcity-shown", "undecided", {"blocked": ["scarcity-shown"]}),
    ("waiting-pod-brings-node", "undecided", {**NONE_COMES, "lacks": "2 Insufficient cpu."}),
    ("waiting-pod-brings-node", "undecided", {**NONE_COMES, "says": [REFUSED]}),
    (
        "waiting-pod-brings-node",
        "undecided",
        {**NONE_COMES, "says": [{"reason": "TriggeredScaleUp", "means": "asked"}]},
    ),
    ("waiting-pod-brings-node", "undecided", {**NONE_COMES, "basis": GUESSED}),
    ("waiting-pod-brings-node", "undecided", {**NONE_COMES, "deadline": ""}),
    ("waiting-pod-brings-node", "undecided", {"binds_to": "old-1"}),
    ("waiting-pod-brings-node", "undecided", NEVER_OFFERS),
    ("waiting-pod-brings-node", "undecided", {"disturbed": {"waiting"}}),
    ("waiting-pod-brings-node", "undecided", {"disturbed": {"baseline"}}),
    ("new-node-advertises", "undecided", NONE_COMES),
    ("new-node-advertises", "undecided", {**NEVER_OFFERS, "node_ready": False}),
    ("new-node-advertises", "undecided", {**NEVER_OFFERS, "disturbed": {"waiting"}}),
    ("pod-runs-on-new-node", "undecided", NONE_COMES),
    ("pod-runs-on-new-node", "undecided", {"runs": False, "start_timeout": "image-pull"}),
    ("idle-node-goes", "undecided", NONE_COMES),
    ("idle-node-goes", "undecided", {"released": False}),
    ("idle-node-goes", "undecided", {"idle_goes": False, "disturbed": {"idle"}}),
    ("idle-node-goes", "undecided", {"idle_goes": False, "idle_limit": 3600.0}),
    ("busy-node-stays", "undecided", {"idle_goes": False}),
    ("busy-node-stays", "undecided", {"goes_while_busy": True, "fails_while_busy": True}),
    ("busy-node-stays", "undecided", {"busy_seconds": 30.0}),
    ("busy-node-stays", "undecided", {"pod_lost": True}),
    ("busy-node-stays", "undecided", {"gap": True}),
    ("impossible-pod-brings-none", "undecided", {"impossible": False}),
    ("impossible-pod-brings-none", "undecided", {"impossible_lacks": "2 Insufficient cpu."}),
    ("impossible-pod-brings-none", "undecided", {"busy_seconds": 12.0}),
    ("impossible-pod-brings-none", "undecided", {"gap": True}),
    ("impossible-pod-brings-none", "undecided", {"impossible_says": [REFUSED]}),
    (
        "impossible-pod-brings-none",
        "undecided",
        {"impossible_brings": True, "disturbed": {"impossible"}},
    ),
    ("impossible-pod-brings-none", "undecided", {"disturbed": {"waiting"}}),
    ("no-more-nodes-than-allowed", "undecided", {**EXCESS, "disturbed": {"impossible"}}),
    ("no-more-nodes-than-allowed", "undecided", NONE_COMES),
    ("every-type-brings-its-node", "not exercised", {"types": TWO_TYPES}),
]


@pytest.mark.parametrize(("claim", "outcome", "change"), OPEN)
def test_missing_ground_leaves_the_claim_open(
    claim: str, outcome: str, change: dict[str, Any]
) -> None:
    assert outcomes(story_with(**change))[claim] == outcome


@pytest.mark.parametrize(
    ("change", "plain", "strict"),
    [
        (NONE_COMES, Verdict.FAIL, Verdict.FAIL),
        (NEVER_OFFERS, Verdict.FAIL, Verdict.FAIL),
        ({"idle_goes": False}, Verdict.FAIL, Verdict.FAIL),
        (EXCESS, Verdict.PASS, Verdict.FAIL),
        ({"goes_while_busy": True}, Verdict.PASS, Verdict.FAIL),
        ({**NONE_COMES, "says": [REFUSED]}, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        ({"types": TWO_TYPES}, Verdict.PASS, Verdict.INCONCLUSIVE),
    ],
    ids=["fixed pool", "no driver", "never down", "any pod", "busy", "limit", "two types"],
)
def test_broken_autoscalers_get_their_verdicts(
    change: dict[str, Any], plain: Verdict, strict: Verdict
) -> None:
    assert verdicts(story_with(**change)) == (plain, strict)


def test_the_refusal_is_named() -> None:
    story = story_with(**{**NONE_COMES, "says": [REFUSED]})
    assert finding(story, "waiting-pod-brings-node").because == (
        "no node came within 180 s for wanting-1; the autoscaler was refused for want of limit "
        "(NotTriggerScaleUp)"
    )


# ---- whether the requirement applies


def test_without_an_autoscaler_it_does_not_apply_and_the_reason_is_quoted() -> None:
    story = story_with(no_autoscaler="fixed racks", found=[], made=False)
    assert set(outcomes(story).values()) == {"not applicable"}
    assert verdicts(story) == (Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE)
    assert "'fixed racks'" in finding(story, "waiting-pod-brings-node").because


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "but there is Karpenter 1.14.1 (1 NodePool)"),
        ({"found": [], "clouds": ["aws"]}, "but nodes are machines of aws"),
    ],
)
def test_the_user_s_word_does_not_stand_against_what_is_seen(
    change: dict[str, Any], says: str
) -> None:
    story = story_with(no_autoscaler="fixed racks", **change)
    assert verdicts(story) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert says in finding(story, "idle-node-goes").because


def test_a_service_that_may_have_one_does_not_settle_it() -> None:
    possible = {"name": "node pools of GKE", "version": "", "signs": ["1 node"], "certain": False}
    story = story_with(no_autoscaler="turned off", found=[possible], clouds=[])
    assert verdicts(story) == (Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE)
