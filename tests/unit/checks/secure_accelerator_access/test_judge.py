"""Every claim of secure_accelerator_access: its counter-example, and its ways to stay open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.checks.secure_accelerator_access.claims import CLAIMS
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, finding, judged, outcomes, together, verdicts

from .story import Story

Change = Callable[[Story], object]

CONTROL = {"path": "/dev/examplectl", "number": "c:195:255", "kind": "control", "open": ""}
UNKNOWN_NODE = {"path": "/dev/strange", "number": "c:240:0", "kind": "other", "open": ""}


def inside(role: str, *devices: str) -> Change:
    return lambda story: story.inside.update({role: list(devices)})


def made(role: str, mknod: str, opened: str = "") -> Change:
    return lambda story: story.made.update({role: (mknod, opened)})


def test_safe_platform_holds_every_claim() -> None:
    assert outcomes(Story()) == {claim.id: "held" for claim in CLAIMS}


def test_safe_platform_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


def test_safe_device_plugin_passes_and_admin_access_does_not_apply() -> None:
    story = Story()
    story.way, story.admin = "device-plugin", {}
    assert (verdicts(story), outcomes(story)["admin-access-refused"]) == (
        (Verdict.PASS, Verdict.PASS),
        "not applicable",
    )


VIOLATED: list[tuple[str, Change]] = [
    ("claimed-reaches-device", inside("claimed")),
    ("claimed-reaches-device", changed(open={"claimed": "EPERM"})),
    ("claimed-reaches-device", changed(not_started={"claimed"})),
    ("unclaimed-sees-none", inside("unclaimed", "d2")),
    ("unclaimed-sees-none", changed(other={"unclaimed": {"nodes": [CONTROL]}})),
    ("unclaimed-sees-none", changed(other={"unclaimed": {"identities": ["id-d0"]}})),
    ("pods-do-not-share", inside("second", "d0")),
    ("pods-do-not-share", inside("second", "d0", "d1")),
    ("visible-is-allocated", inside("claimed", "d0", "d1", "d2")),
    ("visible-is-allocated", inside("second", "d2")),
    (
        "visible-is-allocated",
        together(changed(way="device-plugin"), inside("claimed", "d0", "d2")),
    ),
    (
        "visible-is-allocated",
        together(changed(way="device-plugin", reported=["id-d0", "id-d2"])),
    ),
    ("second-cannot-open-first", made("second", "ok", "ok")),
    ("unclaimed-cannot-open", made("unclaimed", "ok", "ok")),
    ("environment-does-not-bypass", inside("bypass.environment.EXAMPLE_VISIBLE_DEVICES-all", "d2")),
    ("volume-mounts-do-not-bypass", inside("bypass.volume-mounts.list", "d2")),
    ("annotation-does-not-bypass", inside("bypass.annotation.cdi", "d2")),
    ("runtime-class-does-not-bypass", inside("bypass.runtime-class.example", "d2")),
    ("sidecar-sees-none", inside("sidecar", "d0")),
    ("sidecar-sees-none", made("sidecar", "ok", "ok")),
    ("nothing-left-after-release", inside("after-release", "d0")),
    ("nothing-left-after-release", made("after-release", "ok", "ok")),
    ("admin-access-refused", changed(admin={"kept": True, "control_accepted": True})),
    (
        "remanence",
        changed(remanence={"read_back": True, "same_device": True, "found": True}),
    ),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_counter_example_is_seen(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "violated"


def test_every_claim_has_a_counter_example() -> None:
    assert {claim for claim, _ in VIOLATED} == {claim.id for claim in CLAIMS}


OPEN: list[tuple[str, str, Change]] = [
    ("claimed-reaches-device", "undecided", changed(open={"claimed": "EACCES"})),
    ("claimed-reaches-device", "undecided", changed(open={"claimed": ""})),
    ("claimed-reaches-device", "undecided", changed(way="")),
    (
        "claimed-reaches-device",
        "unknown",
        changed(other={"claimed": {"nodes": [UNKNOWN_NODE], "identities": []}}),
    ),
    (
        "claimed-reaches-device",
        "unknown",
        together(inside("claimed"), changed(nodes_known=False)),
    ),
    ("unclaimed-sees-none", "undecided", inside("claimed")),
    ("unclaimed-sees-none", "undecided", changed(node={"unclaimed": "n2"})),
    ("unclaimed-sees-none", "undecided", changed(not_started={"unclaimed"})),
    ("unclaimed-sees-none", "undecided", changed(runtime_class={"claimed": "special"})),
    (
        "unclaimed-sees-none",
        "undecided",
        together(inside("unclaimed", "d2"), changed(given_by_admission={"unclaimed"})),
    ),
    (
        "annotation-does-not-bypass",
        "undecided",
        changed(runtime_class={"bypass.annotation.cdi": "special"}),
    ),
    ("pods-do-not-share", "undecided", changed(never_made={"second"})),
    ("pods-do-not-share", "undecided", changed(blocked=["pods-do-not-share"])),
    ("pods-do-not-share", "undecided", changed(shared=True)),
    ("second-cannot-open-first", "not exercised", made("second", "EPERM")),
    ("second-cannot-open-first", "undecided", made("second", "ok", "EACCES")),
    ("second-cannot-open-first", "undecided", made("claimed", "ok", "EACCES")),
    ("unclaimed-cannot-open", "not exercised", changed(made={"claimed": ("ok", "ok")})),
    (
        "environment-does-not-bypass",
        "not exercised",
        changed(refused={"bypass.environment.EXAMPLE_VISIBLE_DEVICES-id"}),
    ),
    (
        "annotation-does-not-bypass",
        "not exercised",
        changed(not_started={"bypass.annotation.cdi"}),
    ),
    (
        "runtime-class-does-not-bypass",
        "not applicable",
        changed(absent={"runtime-class": "no such class"}),
    ),
    ("sidecar-sees-none", "undecided", changed(open={"claimed": "EPERM"})),
    ("nothing-left-after-release", "undecided", changed(claimed_stays=True)),
    ("nothing-left-after-release", "not exercised", made("after-release", "EPERM")),
    ("admin-access-refused", "undecided", changed(admin={"kept": False})),
    ("remanence", "not exercised", changed(remanence=None)),
]


@pytest.mark.parametrize(("claim", "outcome", "change"), OPEN)
def test_missing_ground_leaves_the_claim_open(claim: str, outcome: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == outcome


def test_claimed_pod_that_gets_all_devices_fails_plainly() -> None:
    story = Story()
    story.inside = {"claimed": ["d0", "d1", "d2"], "second": ["d0", "d1", "d2"]}
    assert verdicts(story) == (Verdict.FAIL, Verdict.FAIL)


def test_runtime_that_obeys_a_variable_fails_strictly() -> None:
    story = Story()
    story.inside["bypass.environment.EXAMPLE_VISIBLE_DEVICES-all"] = ["d0", "d1", "d2"]
    assert verdicts(story) == (Verdict.PASS, Verdict.FAIL)


def test_without_root_the_programme_items_pass_and_strict_is_open() -> None:
    story = Story()
    story.made = {}
    assert verdicts(story) == (Verdict.PASS, Verdict.INCONCLUSIVE)


def test_one_free_accelerator_leaves_the_requirement_open() -> None:
    story = Story()
    story.never_made, story.blocked = {"second"}, ["pods-do-not-share", "second-cannot-open-first"]
    assert verdicts(story) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


def test_partitions_of_one_device_may_share_its_node() -> None:
    story = Story()
    story.partition_identity = "id-.+"
    node = {"path": "/dev/d0", "number": "b:7:100", "kind": "identity", "open": "ok"}
    story.other["second"] = {"nodes": [node]}
    found = outcomes(story)
    assert (found["pods-do-not-share"], found["second-cannot-open-first"]) == (
        "held",
        "not exercised",
    )


def test_pass_says_what_was_not_exercised() -> None:
    story = Story()
    story.made = {}
    assert judged(story).because == (
        "all 3 claims that decide held; not exercised: second-cannot-open-first, "
        "unclaimed-cannot-open, nothing-left-after-release"
    )


def test_runtime_class_of_its_own_is_the_point_of_that_bypass() -> None:
    story = Story()
    story.runtime_class = {"bypass.runtime-class.example": "example"}
    assert outcomes(story)["runtime-class-does-not-bypass"] == "held"


def test_what_a_pod_that_never_ran_waited_on_is_told() -> None:
    story = Story()
    story.not_started = {"second"}
    assert finding(story, "pods-do-not-share").because == (
        "the container in the part 'second' was not seen running (after 60 s: pod-second: the "
        "runtime), so it was not probed"
    )
