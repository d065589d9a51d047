"""The timeline says what the facts say: when pods were bound, ran and went, who held a device."""

from __future__ import annotations

from typing import Any

import msgspec

from plimsoll.evidence.lanes import Lane, Strip
from plimsoll.evidence.timeline import Timeline, timeline
from plimsoll.record import facts as kinds
from tests.unit.evidence.story import RUN, Story, small
from tests.unit.evidence.voyage import voyage


def drawn(story: Story, requirement: str) -> Timeline:
    shown = timeline(story.record().requirement(requirement), requirement)
    assert shown is not None
    return shown


def lanes(shown: Timeline, title: str) -> dict[str, Lane]:
    return {lane.name: lane for band in shown.bands if band.title == title for lane in band.lanes}


def strip(lane: Lane) -> Strip:
    (only,) = lane.strips
    return only


def spans(strip: Strip) -> list[tuple[str, float, float]]:
    return [(bar.state, round(bar.start, 1), round(bar.end, 1)) for bar in strip.bars]


def test_a_run_without_watched_objects_has_no_timeline() -> None:
    assert timeline(small().record(), "dra_support") is None


def test_a_pod_waits_starts_runs_and_leaves() -> None:
    pods = lanes(drawn(voyage(), "secure_accelerator_access"), "Pods and their groups")
    assert spans(strip(pods["claimed"])) == [
        ("waiting", 0.0, 0.3),
        ("starting", 0.3, 1.2),
        ("running", 1.2, 5.7),
        ("leaving", 5.7, 6.7),
    ]
    assert pods["claimed"].note == "node-1"
    assert pods["unclaimed-env"].note == "unclaimed: environment \N{MIDDLE DOT} node-1"


def test_a_pod_that_never_binds_waits_until_its_watch_ends() -> None:
    pods = lanes(drawn(voyage(), "dra_support"), "Pods and their groups")
    assert [state for state, _, _ in spans(strip(pods["impossible"]))] == ["waiting"]
    assert strip(pods["impossible"]).ticks == ()
    assert pods["impossible"].note == "unsatisfiable \N{MIDDLE DOT} never bound"


def test_a_device_is_held_from_allocation_to_release() -> None:
    devices = lanes(drawn(voyage(), "secure_accelerator_access"), "Devices")
    assert spans(strip(devices["node-1/accel-0"])) == [("held", 0.2, 6.7)]


def test_a_gang_has_one_lane_with_its_group_object_first() -> None:
    gangs = lanes(drawn(voyage(), "gang_scheduling"), "Pods and their groups")
    assert {name: lane.note for name, lane in gangs.items()} == {
        "gang-a": "gang gang-a, 4 of 4 bound within 0.3 s",
        "gang-b": "gang gang-b, 0 of 6 bound",
    }
    assert [strip.name for strip in gangs["gang-a"].strips] == [
        *("PodGroup", "gang-a-0", "gang-a-1", "gang-a-2", "gang-a-3")
    ]
    assert [tick.words for tick in gangs["gang-a"].strips[0].ticks] == [
        "PodGroupScheduled=False Waiting",
        "PodGroupScheduled=True Scheduled",
    ]


def test_pods_of_one_series_share_a_lane() -> None:
    pods = lanes(drawn(voyage(), "dra_support"), "Pods and their groups")
    assert [strip.name for strip in pods["claimant"].strips] == [
        *("claimant-0", "claimant-1", "claimant-2")
    ]


def test_two_holders_of_one_device_at_once_are_both_seen() -> None:
    story = small()
    for name in ("one", "two"):
        results = [{"pool": "node-1", "device": "accel-0"}]
        status = {"allocation": {"devices": {"results": results}}}
        story.seen("ResourceClaim", name, {"status": status}, change="ADDED")
        story.now += 1
    story.add(kinds.WatchEnded, watch=f"resourceclaims/plimsoll-{RUN}")
    devices = lanes(drawn(story, "dra_support"), "Devices")
    assert [strip.bars[0].words for strip in devices["node-1/accel-0"].strips] == [
        "held by one",
        "held by two",
    ]


def test_pods_of_others_are_not_drawn() -> None:
    story = small()
    content: dict[str, Any] = {"metadata": {"name": "foreign", "labels": {}}}
    story.seen("Pod", "foreign", content, change="ADDED")
    assert timeline(story.record(), "dra_support") is None


def test_a_device_plugin_device_is_held_by_its_pod() -> None:
    story = small()
    resources = [{"resourceID": "uuid-1"}, {"resourceID": "uuid-2"}]
    status = {
        "containerStatuses": [
            {"allocatedResourcesStatus": [{"name": "accel.dev/x", "resources": resources}]}
        ]
    }
    labels = {"plimsoll.dev/run": "x"}
    story.seen("Pod", "a", {"metadata": {"labels": labels}, "status": {}}, change="ADDED")
    story.now += 1
    story.seen("Pod", "a", {"metadata": {"labels": labels}, "status": status})
    story.now += 2
    gone = {"metadata": {"labels": labels}, "status": status}
    story.seen("Pod", "a", gone, change="DELETED")
    devices = lanes(drawn(story, "dra_support"), "Devices")
    assert {name: spans(strip(lane)) for name, lane in devices.items()} == {
        "uuid-1": [("held", 1.0, 3.0)],
        "uuid-2": [("held", 1.0, 3.0)],
    }


def test_pods_of_another_check_are_not_drawn() -> None:
    story = small()
    labels = {"plimsoll.dev/run": "x", "plimsoll.dev/requirement": "gang_scheduling"}
    story.seen("Pod", "other", {"metadata": {"labels": labels}}, change="ADDED")
    assert timeline(story.record(), "dra_support") is None


def test_an_object_that_two_watches_saw_is_drawn_once() -> None:
    story = voyage()
    before = drawn(story, "dra_support")
    story.requirement = "dra_support"
    seen = next(f for f in story.facts if isinstance(f, kinds.WatchEvent) and f.kind == "Pod")
    story.facts.append(
        msgspec.structs.replace(seen, sequence=len(story.facts) + 1, watch="pods/*/run")
    )
    assert drawn(story, "dra_support").bands == before.bands


def test_a_watch_gap_is_marked() -> None:
    story = voyage()
    index = next(n for n, fact in enumerate(story.facts) if isinstance(fact, kinds.StageEnded))
    at = story.facts[index]
    story.facts[index] = kinds.WatchGap(
        sequence=at.sequence,
        time=at.time - 5,
        requirement="dra_support",
        watch="pods",
        reason="410 Gone",
    )
    assert [gap.words for gap in drawn(story, "dra_support").gaps] == ["watch gap: 410 Gone"]
