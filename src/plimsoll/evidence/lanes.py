"""Lanes of a timeline: the lives of pods, of their group objects, and of what held a device."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.record import Record
from plimsoll.record.facts import Json, WatchEnded
from plimsoll.record.reading import ObjectHistory

STRIPS = 16
"""How many pods one lane draws; its note counts all of them."""

ROLE = "plimsoll.dev/role"
_POD_GROUP = "kueue.x-k8s.io/pod-group-name"


class Bar(Struct, frozen=True, kw_only=True):
    """A span on a strip. `state`: waiting, starting, running, ended, leaving or held."""

    state: str
    start: float
    end: float
    words: str


class Tick(Struct, frozen=True, kw_only=True):
    """A moment on a strip. `state`: bound, yes or no."""

    state: str
    at: float
    words: str


class Strip(Struct, frozen=True, kw_only=True):
    """One object's life: a pod, a group object, or what held a device."""

    name: str
    bars: tuple[Bar, ...] = ()
    ticks: tuple[Tick, ...] = ()

    @property
    def start(self) -> float:
        """When it begins."""
        return min((bar.start for bar in self.bars), default=0.0)


class Lane(Struct, frozen=True, kw_only=True):
    """A pod, pods that belong together with their group object, or a device."""

    name: str
    note: str
    strips: tuple[Strip, ...]


class Clock:
    """Turns epoch seconds into seconds of the shown span, and knows when watches ended."""

    def __init__(self, record: Record, start: float, last: float) -> None:
        self.start = start
        self._mark = f"-{record.run.run}"
        self._ends = {ended.watch: ended.time for ended in record.of(WatchEnded)}
        self._last = max([last, *(end for end in self._ends.values() if end >= start)])
        self.length = max(self._last - start, 1.0)

    def at(self, time: float) -> float:
        """Return a moment as seconds of the shown span."""
        return min(max(time - self.start, 0.0), self.length)

    def short(self, name: str) -> str:
        """Return a name without the run's id, which all of them carry."""
        return name.replace(self._mark, "")

    def end(self, history: ObjectHistory) -> float:
        """Return when an object went, or when its watch ended."""
        gone = history.deleted
        return self.at(gone.time if gone else self._ends.get(history.watch, self._last))

    def first(self, history: ObjectHistory, test: Callable[[Json], bool]) -> float | None:
        """Return when an object first was so, if it ever was."""
        event = history.first(test)
        return None if event is None else self.at(event.time)


def pod_lanes(
    pods: Iterable[ObjectHistory], groups: Iterable[ObjectHistory], clock: Clock
) -> Iterator[Lane]:
    """Yield a lane for every pod, and for pods of one gang or one series together."""
    members: dict[str, list[ObjectHistory]] = {}
    objects: dict[str, list[ObjectHistory]] = {}
    for group in groups:
        objects.setdefault(_owner(group) or group.name, []).append(group)
    for pod in pods:
        members.setdefault(_gang_of(pod) or _series_of(pod), []).append(pod)
    for name in dict.fromkeys((*objects, *members)):
        mine = members.get(name, [])
        strips = [
            *(_group_strip(group, clock) for group in objects.get(name, [])),
            *(_pod_strip(pod, clock) for pod in mine[:STRIPS]),
        ]
        shown = mine[0].name if len(strips) == 1 and mine else name.split(" ")[0]
        yield Lane(name=clock.short(shown), note=_note(mine, clock), strips=tuple(strips))


def _note(pods: Sequence[ObjectHistory], clock: Clock) -> str:
    if not pods:
        return "no pod"
    roles = {pod.label(ROLE) for pod in pods}
    role = roles.pop() if len(roles) == 1 else ""
    if len(pods) == 1:
        words = (
            "" if role == clock.short(pods[0].name) else role,
            str((pods[0].last.get("spec") or {}).get("nodeName", "")) or "never bound",
        )
        return " \N{MIDDLE DOT} ".join(word for word in words if word)
    binds = sorted(at for pod in pods if (at := clock.first(pod, _bound)) is not None)
    spread = f" within {max(binds[-1] - binds[0], 0.1):.1f} s" if len(binds) > 1 else ""
    return f"{role}, {len(binds)} of {len(pods)} bound{spread}".removeprefix(", ")


def _gang_of(pod: ObjectHistory) -> str:
    group = (pod.last.get("spec") or {}).get("schedulingGroup") or {}
    return str(group.get("podGroupName", "")) or _owner(pod) or pod.label(_POD_GROUP)


def _owner(history: ObjectHistory) -> str:
    owners = (history.last.get("metadata") or {}).get("ownerReferences") or []
    return next((str(each.get("name", "")) for each in owners if each.get("kind") == "Job"), "")


def _series_of(pod: ObjectHistory) -> str:
    """Return name and role of a pod without the numbers that tell it from its siblings."""
    return re.sub(r"-\d+(?=-| |$)", "", f"{pod.name} {pod.label(ROLE)}")


def _group_strip(group: ObjectHistory, clock: Clock) -> Strip:
    start, end = clock.at(group.events[0].time), clock.end(group)
    bar = Bar(state="held", start=start, end=end, words=f"{group.kind} exists")
    return Strip(name=group.kind, bars=(bar,), ticks=tuple(_changes(group, clock)))


def _changes(history: ObjectHistory, clock: Clock) -> Iterator[Tick]:
    before: dict[str, str] = {}
    for event in history.events:
        for condition in (event.object.get("status") or {}).get("conditions") or []:
            name, status = str(condition.get("type", "")), str(condition.get("status", ""))
            if before.get(name) == status:
                continue
            before[name] = status
            reason = str(condition.get("reason", ""))
            yield Tick(
                state="yes" if status == "True" else "no",
                at=clock.at(event.time),
                words=f"{name}={status} {reason}".strip(),
            )


def _pod_strip(pod: ObjectHistory, clock: Clock) -> Strip:
    bound = clock.first(pod, _bound)
    moments = [
        ("waiting", clock.at(pod.events[0].time)),
        ("starting", bound),
        ("running", clock.first(pod, lambda seen: _phase(seen) == "Running")),
        ("ended", clock.first(pod, lambda seen: _phase(seen) in {"Succeeded", "Failed"})),
        ("leaving", clock.first(pod, _leaving)),
    ]
    ticks = () if bound is None else (Tick(state="bound", at=bound, words="bound to a node"),)
    return Strip(name=clock.short(pod.name), bars=_bars(moments, clock.end(pod)), ticks=ticks)


def _bars(moments: Iterable[tuple[str, float | None]], end: float) -> tuple[Bar, ...]:
    """Return the spans between moments; a state that was never seen is left out."""
    known = [(state, start) for state, start in moments if start is not None]
    known.sort(key=lambda moment: moment[1])
    stops = [start for _, start in known[1:]] + [end]
    return tuple(
        Bar(state=state, start=start, end=stop, words=f"{state} for {stop - start:.1f} s")
        for (state, start), stop in zip(known, stops, strict=True)
        if stop > start
    )


def _bound(pod: Json) -> bool:
    return bool((pod.get("spec") or {}).get("nodeName"))


def _phase(pod: Json) -> str:
    return str((pod.get("status") or {}).get("phase", ""))


def _leaving(pod: Json) -> bool:
    return bool((pod.get("metadata") or {}).get("deletionTimestamp"))


def device_lanes(
    claims: Iterable[ObjectHistory], pods: Iterable[ObjectHistory], clock: Clock
) -> Iterator[Lane]:
    """Yield a lane for every device that a claim or, with device plugins, a pod held."""
    held: dict[str, list[Bar]] = {}
    for holder, devices in ((claims, _claimed), (pods, _plugged)):
        for history in holder:
            for device, start, end in _holds(history, devices, clock):
                words = f"held by {clock.short(history.name)}"
                bar = Bar(state="held", start=start, end=end, words=words)
                held.setdefault(device, []).append(bar)
    for device, bars in held.items():
        times = "once" if len(bars) == 1 else f"{len(bars)} times"
        yield Lane(name=device, note=f"held {times}", strips=_apart(device, bars))


def _apart(device: str, bars: Iterable[Bar]) -> tuple[Strip, ...]:
    """Return as many strips as it takes that no two holds overlap on one."""
    strips: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda each: each.start):
        free = next((strip for strip in strips if strip[-1].end <= bar.start), None)
        if free is None:
            strips.append([bar])
        else:
            free.append(bar)
    return tuple(Strip(name=device, bars=tuple(strip)) for strip in strips)


def _holds(
    history: ObjectHistory, devices: Callable[[Json], set[str]], clock: Clock
) -> Iterator[tuple[str, float, float]]:
    since: dict[str, float] = {}
    for event in history.events:
        now = clock.at(event.time)
        current = set() if event.type == "DELETED" else devices(event.object)
        for device in sorted(since.keys() - current):
            yield device, since.pop(device), now
        for device in current - since.keys():
            since[device] = now
    for device, start in sorted(since.items()):
        yield device, start, clock.end(history)


def _claimed(claim: Json) -> set[str]:
    allocation = (claim.get("status") or {}).get("allocation") or {}
    results: list[Any] = (allocation.get("devices") or {}).get("results") or []
    return {f"{result.get('pool', '')}/{result.get('device', '')}" for result in results}


def _plugged(pod: Json) -> set[str]:
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    resources = [
        resource
        for status in statuses
        for entry in status.get("allocatedResourcesStatus") or []
        if not str(entry.get("name", "")).startswith("claim:")
        for resource in entry.get("resources") or []
    ]
    return {str(resource.get("resourceID", "")) for resource in resources}
