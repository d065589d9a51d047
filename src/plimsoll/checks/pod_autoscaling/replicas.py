"""How `pod_autoscaling` reads its record: windows, replica counts over time, readings.

Pure. Every reader raises SettledEarly, with the ruling, where the record has nothing to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    Window,
    condition,
    is_ready,
    not_applicable,
    undecided,
    window,
)
from plimsoll.checks.pod_autoscaling.metric import BYSTANDER, TARGET
from plimsoll.record import Record
from plimsoll.record.facts import (
    Discovered,
    Json,
    Observation,
    StageEnded,
    WatchEvent,
    WatchStarted,
)
from plimsoll.record.reading import ObjectHistory

UP, DEAD, DOWN, LOW = WINDOWS = ("up", "dead metric", "down", "low metric")
"""The stretches of a round, in order."""
_SAME = 0.01
_NOT_COLLECTED = (
    "see whether the platform's monitoring collects pods that ask for it as ours do, and lets "
    "a new metric through; else give a name that it knows by --metric-name"
)


def same(
    read: Mapping[str, float], published: Mapping[str, float], *, per_pod: bool, ways: int
) -> bool:
    """Tell whether a metrics API says what the pods publish.

    Adapters add up the series of a pod, so where pods asked to be collected in several `ways`, each
    value may be there as many times.
    """
    if not published or (per_pod and read.keys() != published.keys()):
        return False
    if not per_pod and (len(published) != 1 or "" not in read):
        return False
    wanted = published if per_pod else {"": sum(published.values())}
    return any(
        all(abs(read[name] - times * value) < _SAME for name, value in wanted.items())
        for times in range(1, ways + 1)
    )


class Reading(Struct, frozen=True, kw_only=True):
    """What the metrics API said of one Deployment's metric, beside what its pods published."""

    fact: Observation

    @property
    def read(self) -> dict[str, float]:
        """Values by pod; under "" where the API does not tell pods apart."""
        return dict(self.fact.data["read"])

    @property
    def published(self) -> dict[str, float]:
        """What the pods published, by name."""
        return dict(self.fact.data["published"])

    @property
    def same(self) -> bool:
        """Tell whether the API said what the pods published."""
        data = self.fact.data
        return same(self.read, self.published, per_pod=data["per_pod"], ways=data.get("ways", 1))

    @property
    def told(self) -> str:
        """Say what was read and what was published."""
        said = ", ".join(f"{value:g}" for value in self.read.values()) or "nothing"
        is_so = ", ".join(f"{value:g}" for value in self.published.values()) or "nothing"
        pods = "pod publishes" if len(self.published) == 1 else "pods publish"
        return f"the {pods} {is_so} and the metrics API says {said}"


def served(record: Record) -> None:
    """Raise SettledEarly where the cluster has no autoscalers of the kind, or was not asked."""
    fact = record.discovered("autoscaling")
    if fact is not None and not fact.found["served"]:
        raise SettledEarly(
            not_applicable("the cluster does not serve HorizontalPodAutoscalers", fact)
        )


def arrived(record: Record) -> Reading:
    """Return the reading with which the target's metric arrived; undecided without one."""
    served(record)
    found = readings(record, TARGET)
    there = next((reading for reading in found if reading.read), None)
    if there is not None:
        return there
    told: Discovered | None = record.discovered("pod-metrics")
    tried = ", ".join(way["component"] for way in told.found["ways"]) if told else ""
    if not found:
        raise SettledEarly(_no_pod(record))
    raise SettledEarly(
        undecided(
            f"our pod's metric did not come through {tried or 'any metrics API'} in "
            f"{found[-1].fact.data['seconds']:.0f} s ({found[-1].fact.data['why'] or 'no value'})",
            found[-1].fact,
            told,
            next_step=_NOT_COLLECTED,
        )
    )


def _no_pod(record: Record) -> Ruling:
    """Say why no pod of ours came to publish a metric."""
    stages = ("replicas-made", "scheduling", "image-pull", "start")
    ended = [fact for fact in record.of(StageEnded, outcome="timeout") if fact.stage in stages]
    why = f": {ended[-1].waiting_on} ({ended[-1].stage})" if ended else ""
    return undecided(
        f"our pods did not come to publish a metric{why}",
        *ended[-1:],
        record.discovered("accelerator"),
        next_step="see the pod's events: without a first replica nothing can be scaled",
    )


def readings(record: Record, part: str, moment: str = "") -> list[Reading]:
    """Return what was read of one Deployment's metric in the last round."""
    facts = [
        fact
        for fact in record.of(Observation, subject="metric-reading")
        if fact.data["part"] == part and moment in {"", fact.data["moment"]}
    ]
    last = max((fact.data["round"] for fact in facts), default=0)
    return [Reading(fact=fact) for fact in facts if fact.data["round"] == last]


class Scaled(Struct, frozen=True, kw_only=True):
    """What was seen of one Deployment, its autoscaler and its pods."""

    deployment: ObjectHistory
    autoscaler: ObjectHistory | None
    record: Record

    def replicas_at(self, sequence: int) -> int:
        """Return how many replicas were wanted at a moment; 0 before the Deployment was seen."""
        seen = [e for e in self.deployment.events if e.sequence <= sequence]
        return _replicas(seen[-1]) if seen else 0

    def changes(self, start: int, end: int) -> list[WatchEvent]:
        """Return the events between two moments with another number than at the first."""
        before = self.replicas_at(start)
        return [
            event
            for event in self.deployment.events
            if start < event.sequence <= end and _replicas(event) != before
        ]

    def reached(self, count: int, after: int) -> WatchEvent | None:
        """Return the first event after a moment in which so many replicas were wanted."""
        return next(
            (
                event
                for event in self.deployment.events
                if event.sequence > after and _replicas(event) == count
            ),
            None,
        )

    def active(self, status: str, start: int = 0, end: int = 0) -> WatchEvent | None:
        """Return the first event with this status of ScalingActive, between two moments."""
        events = self.autoscaler.events if self.autoscaler else ()
        return next(
            (
                event
                for event in events
                if event.sequence >= start
                and (not end or event.sequence <= end)
                and condition(event.object, "ScalingActive").get("status") == status
            ),
            None,
        )

    def said(self, end: int) -> Json:
        """Return the condition ScalingActive as it was at a moment."""
        events = self.autoscaler.events if self.autoscaler else ()
        seen = [event for event in events if event.sequence <= end]
        return condition(seen[-1].object, "ScalingActive") if seen else {}

    def pods(self) -> list[ObjectHistory]:
        """Return the Deployment's pods."""
        prefix = f"{self.deployment.name}-"
        return [h for h in self.record.histories("Pod") if h.name.startswith(prefix)]

    def ready_at(self, sequence: int) -> int:
        """Return how many pods were Ready at a moment."""
        seen = [len(ready) for e, ready in _ready_over_time(self.pods()) if e.sequence <= sequence]
        return seen[-1] if seen else 0

    def ready_together(self, count: int, after: int) -> tuple[WatchEvent, list[ObjectHistory]]:
        """Return when so many pods were Ready at once, and which. Raises LookupError."""
        by_uid = {history.uid: history for history in self.pods()}
        for event, ready in _ready_over_time(list(by_uid.values())):
            if event.sequence > after and len(ready) >= count:
                return event, [by_uid[uid] for uid in sorted(ready)]
        raise LookupError(f"{count} pods were not Ready at once")


def _ready_over_time(pods: list[ObjectHistory]) -> Iterator[tuple[WatchEvent, set[str]]]:
    ready: set[str] = set()
    events = sorted((e for pod in pods for e in pod.events), key=lambda e: e.sequence)
    for event in events:
        leaving = event.object.get("metadata", {}).get("deletionTimestamp")
        if event.type != "DELETED" and is_ready(event.object) and not leaving:
            ready.add(event.uid)
        else:
            ready.discard(event.uid)
        yield event, ready


def _replicas(event: WatchEvent) -> int:
    return int(event.object.get("spec", {}).get("replicas", 0))


def phase(record: Record, name: str, missing: str) -> Window:
    """Return a window of the last round that nobody disturbed; undecided for `missing` else."""
    arrived(record)
    found = window(record, name)
    if found is None:
        raise SettledEarly(undecided(missing))
    if found.interference is not None:
        raise SettledEarly(
            undecided(f"others disturbed it: {found.interference.what}", found.interference)
        )
    return found


def scaled(record: Record, found: Window, part: str = TARGET) -> Scaled:
    """Return what was seen of a Deployment that a window names."""
    names = ("deployment", "autoscaler")
    if part == BYSTANDER:
        names = ("bystander", "bystander_autoscaler")
    deployment = _history(record, "Deployment", str(found.data[names[0]]))
    if deployment is None:
        raise SettledEarly(undecided(f"the Deployment of the {part} was not seen"))
    return Scaled(
        deployment=deployment,
        autoscaler=_history(record, "HorizontalPodAutoscaler", str(found.data[names[1]])),
        record=record,
    )


def _history(record: Record, kind: str, name: str) -> ObjectHistory | None:
    found = [history for history in record.histories(kind) if history.name == name]
    return found[-1] if found else None


def seen_all(record: Record, kinds: tuple[str, ...], start: int, end: int) -> bool:
    """Tell whether the check's watches of these kinds saw everything between two moments."""
    for kind in kinds:
        watches = [
            fact.watch
            for fact in record.of(WatchStarted, kind=kind)
            if fact.sequence <= start and fact.namespace
        ]
        if not any(record.watched(watch, start, end) for watch in watches):
            return False
    return True
