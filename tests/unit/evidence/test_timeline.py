"""The timeline says what the facts say: when pods were bound, ran and went, who held a device."""

from __future__ import annotations

from typing import Any

from plimsoll.evidence.timeline import Lane, Timeline, timeline
from plimsoll.record import facts as kinds
from tests.unit.evidence.story import Story, small
from tests.unit.evidence.voyage import voyage


def drawn(story: Story, requirement: str) -> Timeline:
    shown = timeline(story.record().requirement(requirement))
    assert shown is not None
    return shown


def lanes(shown: Timeline, title: str) -> dict[str, Lane]:
    return {lane.name: lane for band in shown.bands if band.title == title for lane in band.lanes}


def spans(lane: Lane) -> list[tuple[str, float, float]]:
    return [(bar.state, round(bar.start, 1), round(bar.end, 1)) for bar in lane.bars]


def test_a_run_without_watched_objects_has_no_timeline() -> None:
    assert timeline(small().record()) is None


def test_a_pod_waits_starts_runs_and_leaves() -> None:
    pods = lanes(drawn(voyage(), "secure_accelerator_access"), "Pods")
    assert spans(pods["claimed"]) == [
        ("waiting", 0.0, 0.3),
        ("starting", 0.3, 1.2),
        ("running", 1.2, 5.7),
        ("leaving", 5.7, 6.7),
    ]
    assert pods["claimed"].note == "claimed \N{MIDDLE DOT} node-1"


def test_a_pod_that_never_binds_waits_until_its_watch_ends() -> None:
    pods = lanes(drawn(voyage(), "dra_support"), "Pods")
    assert [state for state, _, _ in spans(pods["impossible"])] == ["waiting"]
    assert pods["impossible"].ticks == ()


def test_a_device_is_held_from_allocation_to_release() -> None:
    devices = lanes(drawn(voyage(), "secure_accelerator_access"), "Devices")
    assert spans(devices["node-1/accel-0"]) == [("held", 0.2, 6.7)]


def test_a_gang_shows_how_far_apart_its_pods_were_bound() -> None:
    groups = drawn(voyage(), "gang_scheduling").bands[0].lanes
    assert [lane.note for lane in groups] == [
        "4 of 4 pods bound within 0.3 s",
        "0 of 6 pods bound",
        "PodGroup \N{MIDDLE DOT} PodGroupScheduled=True Scheduled",
        "PodGroup \N{MIDDLE DOT} PodGroupScheduled=False Waiting",
    ]


def test_pods_of_others_are_not_drawn() -> None:
    story = small()
    content: dict[str, Any] = {"metadata": {"name": "foreign", "labels": {}}}
    story.seen("Pod", "foreign", content, change="ADDED")
    assert timeline(story.record()) is None


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
    assert {name: spans(lane) for name, lane in devices.items()} == {
        "uuid-1": [("held", 1.0, 3.0)],
        "uuid-2": [("held", 1.0, 3.0)],
    }


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
