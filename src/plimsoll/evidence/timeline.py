"""What happened to pods, groups and devices over time, computed from facts alone.

The report draws these lanes; pods that belong together share one, with their group object first.
Times are seconds from the start of the shown span, as the watches saw them; an object that was
still there ends where its watch ended.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from plimsoll.evidence.lanes import Clock, Lane, Tick, device_lanes, pod_lanes
from plimsoll.record import Record
from plimsoll.record.facts import WatchGap
from plimsoll.record.reading import ObjectHistory

LANES = 40
"""How many lanes of a kind are drawn; the rest is counted."""

_RUN = "plimsoll.dev/run"
_REQUIREMENT = "plimsoll.dev/requirement"
_GROUP_KINDS = ("Workload", "PodGroup")


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


def timeline(record: Record, identifier: str) -> Timeline | None:
    """Return the timeline of a requirement's facts, or None when no object was watched."""
    pods = [pod for pod in _objects(record, "Pod") if _ours(pod, identifier)]
    claims = _objects(record, "ResourceClaim")
    groups = [group for kind in _GROUP_KINDS for group in _objects(record, kind)]
    seen = [event.time for history in (*pods, *claims, *groups) for event in history.events]
    if not seen:
        return None
    clock = Clock(record, min(seen), max(seen))
    bands = (
        _band("Pods and their groups", pod_lanes(pods, groups, clock)),
        _band("Devices", device_lanes(claims, pods, clock)),
    )
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


def _objects(record: Record, kind: str) -> list[ObjectHistory]:
    """Return every object once, as the watch that saw most of it did."""
    fullest: dict[str, ObjectHistory] = {}
    for history in record.histories(kind):
        known = fullest.get(history.uid)
        if known is None or len(known.events) < len(history.events):
            fullest[history.uid] = history
    return list(fullest.values())


def _band(title: str, lanes: Iterable[Lane]) -> Band:
    drawn = sorted(lanes, key=lambda lane: lane.strips[0].start if lane.strips else 0.0)
    return Band(title=title, lanes=tuple(drawn[:LANES]), hidden=max(len(drawn) - LANES, 0))


def _ours(history: ObjectHistory, identifier: str) -> bool:
    of = history.label(_REQUIREMENT)
    return bool(history.label(_RUN)) and of in {"", identifier}
