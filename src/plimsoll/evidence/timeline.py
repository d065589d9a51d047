"""What happened to pods, groups and devices over time, computed from facts alone.

The report draws these lanes. Times are seconds from the start of the shown span, as the watches
saw them; a lane whose object was still there ends where its watch ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from plimsoll.record import Record
from plimsoll.record.facts import Json, WatchEnded, WatchGap
from plimsoll.record.reading import ObjectHistory

LANES = 40
"""How many lanes of a kind are drawn; the rest is counted."""

ROLE = "plimsoll.dev/role"
_POD_GROUP_LABELS = ("kueue.x-k8s.io/pod-group-name", "scheduling.x-k8s.io/pod-group")
_GROUP_KINDS = ("Workload", "PodGroup")


class Bar(Struct, frozen=True, kw_only=True):
    """A span on a lane. `state`: waiting, starting, running, ended, leaving or held."""

    state: str
    start: float
    end: float
    words: str


class Tick(Struct, frozen=True, kw_only=True):
    """A moment on a lane. `state`: bound, yes or no."""

    state: str
    at: float
    words: str


class Lane(Struct, frozen=True, kw_only=True):
    """One pod, group or device."""

    name: str
    note: str = ""
    bars: tuple[Bar, ...] = ()
    ticks: tuple[Tick, ...] = ()


class Band(Struct, frozen=True, kw_only=True):
    """Lanes of one kind; `hidden` more are in the facts."""

    title: str
    lanes: tuple[Lane, ...]
    hidden: int


class Timeline(Struct, frozen=True, kw_only=True):
    """All bands over one span of `length` seconds that begins at `start` (epoch seconds)."""

    start: float
    length: float
    bands: tuple[Band, ...]
    gaps: tuple[Tick, ...]


def timeline(record: Record) -> Timeline | None:
    """Return the timeline of one requirement's facts, or None when no object was watched."""
    pods = [history for history in record.histories("Pod") if _ours(history)]
    claims = record.histories("ResourceClaim")
    groups = [history for kind in _GROUP_KINDS for history in record.histories(kind)]
    seen = [event.time for history in (*pods, *claims, *groups) for event in history.events]
    if not seen:
        return None
    clock = _Clock(record, min(seen), max(seen))
    bands = [
        _band("Groups", [*_gang_lanes(pods, clock), *_condition_lanes(groups, clock)]),
        _band("Pods", [_pod_lane(history, clock) for history in pods]),
        _band("Devices", _device_lanes(claims, pods, clock)),
    ]
    return Timeline(
        start=clock.start,
        length=clock.length,
        bands=tuple(band for band in bands if band.lanes),
        gaps=tuple(
            Tick(state="no", at=clock.at(gap.time), words=f"watch gap: {gap.reason}")
            for gap in record.of(WatchGap)
            if clock.start <= gap.time <= clock.start + clock.length
        ),
    )


class _Clock:
    """Turns epoch seconds into seconds of the shown span, and knows when watches ended."""

    def __init__(self, record: Record, start: float, last: float) -> None:
        self.start = start
        self._ends = {ended.watch: ended.time for ended in record.of(WatchEnded)}
        self._last = max([last, *(end for end in self._ends.values() if end >= start)])
        self.length = max(self._last - start, 1.0)

    def at(self, time: float) -> float:
        return min(max(time - self.start, 0.0), self.length)

    def end(self, history: ObjectHistory) -> float:
        gone = history.deleted
        return self.at(gone.time if gone else self._ends.get(history.watch, self._last))

    def first(self, history: ObjectHistory, test: Callable[[Json], bool]) -> float | None:
        event = history.first(test)
        return None if event is None else self.at(event.time)


def _band(title: str, lanes: Iterable[Lane]) -> Band:
    drawn = tuple(lanes)
    return Band(title=title, lanes=drawn[:LANES], hidden=max(len(drawn) - LANES, 0))


def _ours(history: ObjectHistory) -> bool:
    return bool(history.label("plimsoll.dev/run"))


def _pod_lane(history: ObjectHistory, clock: _Clock) -> Lane:
    created, end = clock.at(history.events[0].time), clock.end(history)
    bound = clock.first(history, _bound)
    moments = [
        ("waiting", created),
        ("starting", bound),
        ("running", clock.first(history, lambda pod: _phase(pod) == "Running")),
        ("ended", clock.first(history, lambda pod: _phase(pod) in {"Succeeded", "Failed"})),
        ("leaving", clock.first(history, _leaving)),
    ]
    ticks = () if bound is None else (Tick(state="bound", at=bound, words="bound to a node"),)
    node = history.last.get("spec", {}).get("nodeName", "")
    note = " \N{MIDDLE DOT} ".join(word for word in (history.label(ROLE), node) if word)
    return Lane(name=history.name, note=note, bars=_bars(moments, end), ticks=ticks)


def _bars(moments: list[tuple[str, float | None]], end: float) -> tuple[Bar, ...]:
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
    return bool(pod.get("spec", {}).get("nodeName"))


def _phase(pod: Json) -> str:
    return str(pod.get("status", {}).get("phase", ""))


def _leaving(pod: Json) -> bool:
    return bool(pod.get("metadata", {}).get("deletionTimestamp"))


def _gang_of(history: ObjectHistory) -> str:
    group = history.last.get("spec", {}).get("schedulingGroup") or {}
    named = [history.label(label) for label in _POD_GROUP_LABELS]
    return next((name for name in (str(group.get("podGroupName", "")), *named) if name), "")


def _gang_lanes(pods: Iterable[ObjectHistory], clock: _Clock) -> Iterator[Lane]:
    gangs: dict[str, list[ObjectHistory]] = {}
    for pod in pods:
        gangs.setdefault(_gang_of(pod), []).append(pod)
    for name, members in gangs.items():
        if not name or len(members) < 2:
            continue
        binds = [(clock.first(member, _bound), member.name) for member in members]
        moments = sorted((at, who) for at, who in binds if at is not None)
        spread = f" within {moments[-1][0] - moments[0][0]:.1f} s" if moments else ""
        first = min(clock.at(member.events[0].time) for member in members)
        last = max(clock.end(member) for member in members)
        yield Lane(
            name=name,
            note=f"{len(moments)} of {len(members)} pods bound{spread}",
            bars=(Bar(state="waiting", start=first, end=last, words="the group's pods exist"),),
            ticks=tuple(Tick(state="bound", at=at, words=f"{who} bound") for at, who in moments),
        )


def _condition_lanes(groups: Iterable[ObjectHistory], clock: _Clock) -> Iterator[Lane]:
    for history in groups:
        ticks = tuple(_changes(history, clock))
        start, end = clock.at(history.events[0].time), clock.end(history)
        yield Lane(
            name=history.name,
            note=f"{history.kind} \N{MIDDLE DOT} {ticks[-1].words if ticks else 'no condition'}",
            bars=(Bar(state="held", start=start, end=end, words=f"{history.kind} exists"),),
            ticks=ticks,
        )


def _changes(history: ObjectHistory, clock: _Clock) -> Iterator[Tick]:
    before: dict[str, str] = {}
    for event in history.events:
        for condition in event.object.get("status", {}).get("conditions") or []:
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


def _device_lanes(
    claims: Iterable[ObjectHistory], pods: Iterable[ObjectHistory], clock: _Clock
) -> Iterator[Lane]:
    held: dict[str, list[Bar]] = {}
    for holder, devices in ((claims, _claimed), (pods, _plugged)):
        for history in holder:
            for device, start, end in _holds(history, devices, clock):
                bar = Bar(state="held", start=start, end=end, words=f"held by {history.name}")
                held.setdefault(device, []).append(bar)
    for device, bars in sorted(held.items()):
        times = "once" if len(bars) == 1 else f"{len(bars)} times"
        yield Lane(name=device, note=f"held {times}", bars=tuple(bars))


def _holds(
    history: ObjectHistory, devices: Callable[[Json], set[str]], clock: _Clock
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
    allocation = claim.get("status", {}).get("allocation") or {}
    results: list[Any] = allocation.get("devices", {}).get("results") or []
    return {f"{result.get('pool', '')}/{result.get('device', '')}" for result in results}


def _plugged(pod: Json) -> set[str]:
    statuses = pod.get("status", {}).get("containerStatuses") or []
    resources = [
        resource
        for status in statuses
        for entry in status.get("allocatedResourcesStatus") or []
        if not str(entry.get("name", "")).startswith("claim:")
        for resource in entry.get("resources") or []
    ]
    return {str(resource.get("resourceID", "")) for resource in resources}
