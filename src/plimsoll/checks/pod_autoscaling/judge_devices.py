"""Judges the accelerators of `pod_autoscaling`: different ones at once, and free afterwards."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    Window,
    allocated,
    allocation_results,
    claims_of,
    held,
    not_applicable,
    undecided,
    unknown,
    violated,
)
from plimsoll.checks.pod_autoscaling.replicas import DOWN, UP, phase, scaled
from plimsoll.record import Record
from plimsoll.record.facts import Discovered, Json, ProbeResult, StageEnded, WatchEvent
from plimsoll.record.reading import ObjectHistory


def _accelerator(record: Record) -> Discovered:
    fact = record.discovered("accelerator")
    if fact is None:
        raise SettledEarly(undecided("no accelerator was chosen"))
    return fact


def _distinct(record: Record) -> Ruling:
    up = phase(record, UP, "the metric was not raised")
    chosen, want = _accelerator(record), int(up.data["want"])
    try:
        event, pods = scaled(record, up).ready_together(want, up.opened.sequence)
    except LookupError:
        return undecided(f"{want} replicas did not run at once", up.opened)
    if chosen.found.get("shared"):
        return undecided(
            "the inventory says that its devices are shared between pods; no unshared one was free",
            chosen,
        )
    if chosen.found["way"] == "dra":
        return _by_claim(record, pods, event)
    return _by_probe(record, pods)


def _by_claim(record: Record, pods: list[ObjectHistory], event: WatchEvent) -> Ruling:
    facts: list[WatchEvent] = [event]
    holders: dict[tuple[str, str, str], str] = {}
    for pod in pods:
        claims = claims_of(record, pod)
        devices = [device for claim in claims for device in allocated(claim)]
        facts += [claim.events[-1] for claim in claims]
        if not devices:
            return undecided(f"what {pod.name} was given could not be read", *facts)
        for device in devices:
            if device in holders:
                return violated(
                    f"{holders[device]} and {pod.name} ran at once and both hold "
                    f"{'/'.join(device)}",
                    *facts,
                )
            holders[device] = pod.name
    inside = _by_probe(record, pods)
    if inside.outcome.value == "violated":
        return inside
    listed = ", ".join("/".join(device[1:]) for device in sorted(holders))
    return held(f"{len(pods)} replicas ran at once with {listed}", *facts)


def _by_probe(record: Record, pods: list[ObjectHistory]) -> Ruling:
    """Compare what the replicas see inside."""
    seen: dict[str, str] = {}
    facts: list[ProbeResult] = []
    for pod in pods:
        found = record.of(ProbeResult, probe="devices", pod=pod.name)
        if not found:
            return undecided(f"{pod.name} was not looked into")
        facts.append(found[-1])
        mine = _identities(found[-1].data)
        if not mine:
            return unknown(
                f"{pod.name} shows no device that its family knows",
                found[-1],
                next_step="add the family's device nodes to its data file",
            )
        for identity in mine:
            if identity in seen:
                return violated(f"{seen[identity]} and {pod.name} both see {identity}", *facts)
            seen[identity] = pod.name
    return held(f"{len(pods)} replicas ran at once and see {', '.join(sorted(seen))}", *facts)


def _identities(data: Json) -> set[str]:
    identities = {str(identity) for identity in data.get("identities", [])}
    nodes = {str(n["number"]) for n in data.get("nodes", []) if n.get("kind") == "identity"}
    return identities or nodes


def _released(record: Record) -> Ruling:
    down = phase(record, DOWN, "the replicas had not risen, so none went")
    chosen, mine = _accelerator(record), scaled(record, down)
    fell = mine.reached(1, down.opened.sequence)
    if fell is None:
        return undecided("no replica went", down.opened)
    if chosen.found["way"] != "dra":
        return not_applicable("a device plugin's accelerator is its pod's: it has no claim", chosen)
    went = [pod for pod in mine.pods() if _went(pod, down)]
    claims = [claim for pod in went for claim in claims_of(record, pod)]
    if not went or len(claims) < len(went):
        return undecided(
            f"{len(went)} replicas were seen to go, with {len(claims)} claims",
            down.opened,
            down.closed,
        )
    return _gone(record, claims, fell)


def _gone(record: Record, claims: list[ObjectHistory], fell: WatchEvent) -> Ruling:
    """Judge what became of the claims of replicas that went."""
    kept = [c for c in claims if c.deleted is None and allocation_results(c.last)]
    late = [
        fact
        for fact in record.of(StageEnded, stage="claims-released", outcome="timeout")
        if fact.sequence > fell.sequence
    ]
    if kept and late:
        return violated(
            f"{len(claims)} replicas went, and after {late[-1].seconds:.0f} s {len(kept)} of their "
            "claims still hold a device",
            late[-1],
            *(claim.events[-1] for claim in kept),
            next_step="see what keeps the claims: a finalizer, a driver that does not release",
        )
    if kept:
        return undecided("the claims were not watched to their end", *(c.events[-1] for c in kept))
    gone = [claim.deleted or claim.events[-1] for claim in claims]
    return held(
        f"{len(claims)} replicas went and their claims with them, the last after "
        f"{max(0.0, max(event.time for event in gone) - fell.time):.0f} s",
        fell,
        *gone,
    )


def _went(pod: ObjectHistory, down: Window) -> bool:
    """Tell whether the pod existed when the metric fell, and was told to go before it was over."""
    leaving = pod.first(lambda body: bool(body.get("metadata", {}).get("deletionTimestamp")))
    leaving = leaving or pod.deleted
    return (
        leaving is not None
        and pod.events[0].sequence < down.opened.sequence
        and down.opened.sequence < leaving.sequence <= down.closed.sequence
    )


DEVICE_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    "accelerators-distinct": _distinct,
    "accelerators-released": _released,
}
