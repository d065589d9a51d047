"""Judges `pod_autoscaling`: up and down here, which metric and which accelerators next door.

Pure. An autoscaler that does not move is blamed only after the metrics API gave our own pod's
metric, and a replica that does not run only when nothing outside kept it waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plimsoll.checks.judging import Ruling, Window, held, rule, undecided, violated
from plimsoll.checks.pod_autoscaling.claims import CLAIMS
from plimsoll.checks.pod_autoscaling.judge_attribution import ATTRIBUTION_JUDGES
from plimsoll.checks.pod_autoscaling.judge_devices import DEVICE_JUDGES
from plimsoll.checks.pod_autoscaling.metric import AIM, TARGET
from plimsoll.checks.pod_autoscaling.replicas import (
    DOWN,
    UP,
    Scaled,
    arrived,
    phase,
    readings,
    scaled,
)
from plimsoll.record import Finding, Record
from plimsoll.record.facts import ProbeResult, StageEnded, WatchEvent

_NO_ROOM = ("Insufficient cpu", "Insufficient memory", "Insufficient pods", "Too many pods")
"""What a pod waits for that says nothing about accelerators."""


def judge(record: Record) -> Iterator[Finding]:
    """Yield exactly one finding per claim."""
    judges: dict[str, Callable[[Record], Ruling]] = {
        "metric-arrives": _arrives,
        "scales-up": _up,
        "scales-down": _down,
        **ATTRIBUTION_JUDGES,
        **DEVICE_JUDGES,
    }
    yield from rule(CLAIMS, judges, record)


def _arrives(record: Record) -> Ruling:
    reading = arrived(record)
    return held(
        f"the run's own metric came through {reading.fact.data['way']} after "
        f"{reading.fact.data['seconds']:.0f} s",
        reading.fact,
        record.discovered("pod-metrics"),
    )


def _up(record: Record) -> Ruling:
    window = _rise(record)
    if isinstance(window, Ruling):
        return window
    mine, want = scaled(record, window), int(window.data["want"])
    before = mine.replicas_at(window.opened.sequence)
    if before != 1:
        return undecided(
            f"{before} replicas were wanted before the metric rose, so nothing shows why",
            window.opened,
            mine.deployment.events[-1],
        )
    rose = mine.reached(want, window.opened.sequence)
    if rose is None:
        return _did_not_rise(record, window, mine, want)
    try:
        event, _ = mine.ready_together(want, window.opened.sequence)
    except LookupError:
        return _do_not_run(record, window, mine, want, rose)
    return held(
        f"with the metric at {window.data['value']} (aim {AIM}) the autoscaler wanted {want} "
        f"replicas after {rose.time - window.opened.time:.0f} s, and {want} were Ready after "
        f"{event.time - window.opened.time:.0f} s",
        window.opened,
        rose,
        event,
    )


def _rise(record: Record) -> Window | Ruling:
    """Return the window in which the metric rose; a ruling where it did not come to that."""
    reading = arrived(record)
    never = _last(record, "autoscaler-active", reading.fact.sequence)
    if never is not None:
        if "Failed" in never.waiting_on or "Invalid" in never.waiting_on:
            return violated(
                f"the metrics API gives our pod's metric, and the autoscaler did not read it in "
                f"{never.seconds:.0f} s: {never.waiting_on}",
                never,
                next_step="let the service account horizontal-pod-autoscaler read this metrics API",
            )
        return undecided(
            f"no autoscaler took charge in {never.seconds:.0f} s: {never.waiting_on}",
            never,
            next_step="see whether kube-controller-manager runs its autoscaler controller",
        )
    return phase(record, UP, "the metric was not raised")


def _timeouts(record: Record, stage: str, after: int) -> list[StageEnded]:
    found = record.of(StageEnded, stage=stage, outcome="timeout")
    return [fact for fact in found if fact.sequence > after]


def _last(record: Record, stage: str, after: int) -> StageEnded | None:
    found = _timeouts(record, stage, after)
    return found[-1] if found else None


def _did_not_rise(record: Record, window: Window, mine: Scaled, want: int) -> Ruling:
    timed_out = _last(record, "autoscaler-up", window.opened.sequence)
    if timed_out is None:
        return undecided(f"{want} replicas were not waited for to the end", window.opened)
    if not _told(record, window):
        return undecided("no pod was seen to publish the high value", window.opened)
    highest = max(mine.replicas_at(event.sequence) for event in mine.deployment.events)
    return violated(
        f"our pod published {window.data['value']} (aim {AIM} per replica) for "
        f"{timed_out.seconds:.0f} s and the autoscaler wanted {highest} of {want} replicas: "
        f"{timed_out.waiting_on}",
        window.opened,
        timed_out,
        *(reading.fact for reading in readings(record, TARGET)[-1:]),
        next_step="compare the metrics API's answer with what the pod publishes",
    )


def _told(record: Record, window: Window) -> bool:
    """Tell whether a replica published at least the window's value after it was opened."""
    return any(
        (fact.data.get("value") or 0) >= window.data["value"]
        for fact in record.of(ProbeResult, probe="dial", role="replica")
        if fact.sequence > window.opened.sequence
    )


def _do_not_run(
    record: Record, window: Window, mine: Scaled, want: int, rose: WatchEvent
) -> Ruling:
    """Judge replicas that were wanted and did not all come to run."""
    ended = [
        fact
        for stage in ("replicas-made", "scheduling", "image-pull", "start")
        for fact in _timeouts(record, stage, window.opened.sequence)
    ]
    if not ended:
        return undecided(f"{want} replicas were not waited for to the end", rose)
    stopped = ended[0]
    ready = mine.ready_at(window.closed.sequence)
    told = (
        f"the autoscaler wanted {want} replicas, for which as many accelerators were free, and "
        f"{ready} ran: {stopped.waiting_on} ({stopped.stage}, {stopped.seconds:.0f} s)"
    )
    outside = stopped.outside or stopped.stage == "replicas-made"
    if outside or any(text in stopped.waiting_on for text in _NO_ROOM):
        return undecided(
            told, rose, stopped, next_step="make room for the pods, or a quota for them"
        )
    return violated(
        told,
        rose,
        stopped,
        next_step="see the pod's events and the driver's logs: an accelerator is offered that no "
        "pod can use",
    )


def _down(record: Record) -> Ruling:
    window = phase(record, DOWN, "the metric was not lowered, since the replicas had not risen")
    mine = scaled(record, window)
    before = mine.replicas_at(window.opened.sequence)
    if before < 2:
        return undecided("there was one replica already", window.opened)
    fell = mine.reached(1, window.opened.sequence)
    stuck = _timeouts(record, "release", window.opened.sequence)
    if fell is not None and stuck and stuck[0].sequence < window.closed.sequence:
        return undecided(
            f"1 replica was wanted instead of {before}, and the others did not go in "
            f"{stuck[0].seconds:.0f} s: {stuck[0].waiting_on}",
            fell,
            stuck[0],
            next_step="see what keeps the pods: their node, their runtime",
        )
    if fell is not None:
        return held(
            f"with the metric at {window.data['value']} the autoscaler wanted 1 replica instead of "
            f"{before} after {fell.time - window.opened.time:.0f} s",
            window.opened,
            fell,
        )
    timed_out = _last(record, "autoscaler-down", window.opened.sequence)
    low = readings(record, TARGET, "low")
    if timed_out is None or not low:
        return undecided("one replica was not waited for to the end", window.opened)
    if not low[-1].read:
        return undecided(
            f"the metric did not come back in {timed_out.seconds:.0f} s: "
            f"{low[-1].fact.data['why'] or 'no value'}",
            timed_out,
            low[-1].fact,
        )
    return violated(
        f"our pods published {window.data['value']} (aim {AIM} per replica) for "
        f"{timed_out.seconds:.0f} s, and the autoscaler did not come down from {before}: "
        f"{timed_out.waiting_on}",
        window.opened,
        timed_out,
        low[-1].fact,
        next_step="see the autoscaler's conditions, its controller's tolerance, and policies on "
        "scaling down",
    )
