"""What judges share: a ruling per claim, and how pods, claims and probes read in a record.

Pure, like every judge. `rule` runs one function per claim and gives each claim exactly one
finding; a claim that the harness was blocked from trying is undecided before its function is
asked. The readers answer "what became of the pod in this role", "which devices did its claims get"
and "was this window seen without a gap".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.record import Claim, Finding, Record
from plimsoll.record.facts import (
    Blocked,
    FactBase,
    Interference,
    Json,
    Observation,
    ProbeResult,
    Refused,
    StageEnded,
)
from plimsoll.record.reading import ObjectHistory
from plimsoll.standard.verdicts import Outcome

ROLE = "plimsoll.dev/role"
"""The label that tells which part a pod plays in a check."""


class Ruling(Struct, frozen=True, kw_only=True):
    """What one claim's function found; `rule` makes a Finding of it."""

    outcome: Outcome
    because: str
    facts: tuple[int, ...] = ()
    next_step: str = ""


def held(because: str, *facts: FactBase | None) -> Ruling:
    """Rule that the claim was kept."""
    return Ruling(outcome=Outcome.HELD, because=because, facts=sequences(facts))


def violated(because: str, *facts: FactBase | None, next_step: str = "") -> Ruling:
    """Rule that a counter-example was seen."""
    return Ruling(
        outcome=Outcome.VIOLATED, because=because, facts=sequences(facts), next_step=next_step
    )


def undecided(because: str, *facts: FactBase | None, next_step: str = "") -> Ruling:
    """Rule that a control did not show its effect, or that the step could not be done."""
    return Ruling(
        outcome=Outcome.UNDECIDED, because=because, facts=sequences(facts), next_step=next_step
    )


def not_exercised(because: str, *facts: FactBase | None, next_step: str = "") -> Ruling:
    """Rule that the step is not possible here, for example by pod security."""
    return Ruling(
        outcome=Outcome.NOT_EXERCISED, because=because, facts=sequences(facts), next_step=next_step
    )


def unknown(because: str, *facts: FactBase | None, next_step: str = "") -> Ruling:
    """Rule that no probe exists for the accelerator at hand."""
    return Ruling(
        outcome=Outcome.UNKNOWN, because=because, facts=sequences(facts), next_step=next_step
    )


def not_applicable(because: str, *facts: FactBase | None) -> Ruling:
    """Rule that the claim's condition was shown to be absent."""
    return Ruling(outcome=Outcome.NOT_APPLICABLE, because=because, facts=sequences(facts))


class SettledEarly(Exception):  # noqa: N818  (a ruling, not an error)
    """Raised where a reader finds that there is nothing to judge; carries the ruling."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(ruling.because)
        self.ruling = ruling


def sequences(facts: Iterable[FactBase | None]) -> tuple[int, ...]:
    """Return the sequence numbers of the facts that are there."""
    return tuple(fact.sequence for fact in facts if fact is not None)


def rule(
    claims: Sequence[Claim],
    judges: Mapping[str, Callable[[Record], Ruling]],
    record: Record,
) -> Iterator[Finding]:
    """Yield exactly one finding per claim; blocked claims are undecided without being judged."""
    for claim in claims:
        ruling = _ruling(claim, judges, record)
        yield Finding(
            claim=claim.id,
            outcome=ruling.outcome,
            because=ruling.because,
            facts=ruling.facts,
            next_step=ruling.next_step,
        )


def _ruling(
    claim: Claim, judges: Mapping[str, Callable[[Record], Ruling]], record: Record
) -> Ruling:
    blocked = blocked_by(record, claim.id)
    if blocked is not None:
        return undecided(f"not tried: {blocked.reason}", blocked, next_step=blocked.next_step)
    try:
        return judges[claim.id](record)
    except SettledEarly as early:
        return early.ruling


def blocked_by(record: Record, claim: str) -> Blocked | None:
    """Return what kept the harness from trying `claim`, if anything did."""
    facts = record.of(Blocked)
    return next((fact for fact in facts if not fact.claims or claim in fact.claims), None)


def pod(record: Record, role: str) -> ObjectHistory | None:
    """Return the last pod that played `role`, as its watch saw it."""
    pods = [history for history in record.histories("Pod") if history.label(ROLE) == role]
    return pods[-1] if pods else None


def is_ready(body: Json) -> bool:
    """Tell whether a pod's Ready condition is true."""
    return condition(body, "Ready").get("status") == "True"


def is_bound(body: Json) -> bool:
    """Tell whether a pod has a node."""
    return bool(body.get("spec", {}).get("nodeName"))


def condition(body: Json, kind: str) -> Json:
    """Return a pod's status condition of type `kind`, or an empty object."""
    conditions: list[Json] = body.get("status", {}).get("conditions") or []
    return next((entry for entry in conditions if entry.get("type") == kind), {})


def claims_of(record: Record, owner: ObjectHistory) -> list[ObjectHistory]:
    """Return the ResourceClaims that a pod uses, generated ones included."""
    names: set[str] = set()
    for event in owner.events:
        body = event.object
        for entry in body.get("status", {}).get("resourceClaimStatuses") or []:
            names.add(entry.get("resourceClaimName", ""))
        for entry in body.get("spec", {}).get("resourceClaims") or []:
            names.add(entry.get("resourceClaimName", ""))
    return [
        history
        for history in record.histories("ResourceClaim")
        if history.name in names and history.namespace == owner.namespace
    ]


def allocated(claim: ObjectHistory) -> tuple[tuple[str, str, str], ...]:
    """Return the devices (driver, pool, device) that a claim was last seen to hold."""
    for event in reversed(claim.events):
        results = allocation_results(event.object)
        if results:
            return results
    return ()


def allocation_results(body: Json) -> tuple[tuple[str, str, str], ...]:
    """Return the devices (driver, pool, device) in a ResourceClaim's status."""
    allocation: Json = body.get("status", {}).get("allocation") or {}
    results: list[Json] = (allocation.get("devices") or {}).get("results") or []
    return tuple((entry["driver"], entry["pool"], entry["device"]) for entry in results)


def reserved_for(body: Json) -> set[str]:
    """Return the uids of the pods that a claim is reserved for."""
    entries: list[Json] = body.get("status", {}).get("reservedFor") or []
    return {str(entry.get("uid", "")) for entry in entries}


def probe(record: Record, role: str) -> ProbeResult | None:
    """Return the last probe result of the pod in `role`."""
    found = record.of(ProbeResult, role=role)
    return found[-1] if found else None


def timeout(record: Record, stage: str, owner: str = "") -> StageEnded | None:
    """Return the last timeout of `stage`; with `owner` that of the pod of this name."""
    ended = [
        fact
        for fact in record.of(StageEnded, stage=stage, outcome="timeout")
        if fact.waiting_on.startswith(f"{owner}: " if owner else "")
    ]
    return ended[-1] if ended else None


def late(record: Record, owner: str = "") -> StageEnded | None:
    """Return what the start of a pod ended on, at whichever stage; `owner` as for `timeout`."""
    stages = ("scheduling", "image-pull", "start")
    return next((end for stage in stages if (end := timeout(record, stage, owner))), None)


def refusal(record: Record, purpose: str) -> Refused | None:
    """Return the last request with `purpose` that the cluster refused."""
    refused = record.of(Refused, purpose=purpose)
    return refused[-1] if refused else None


def not_started(record: Record, owner: ObjectHistory, given: str) -> Ruling:
    """Judge a pod that has a node and what it asked for (`given`), and was not seen running.

    Violated only when its start timed out without waiting on the outside, while the pod in the
    role `unclaimed` (same image) ran.
    """
    stage = timeout(record, "start", owner.name)
    control = pod(record, "unclaimed")
    ran = control.first(is_ready) if control else None
    if stage is None or stage.outside or ran is None or not is_bound(owner.last):
        return undecided(
            f"pod {owner.name} was given {given} and was not seen running", owner.events[-1], stage
        )
    return violated(
        f"pod {owner.name} was given {given} and did not start within {stage.seconds:.0f} s "
        f"({stage.waiting_on}), while a pod without a claim ran",
        owner.events[-1],
        stage,
        ran,
        next_step="look at the driver's logs and the pod's events: preparing the device failed",
    )


class Window(Struct, frozen=True, kw_only=True):
    """A stretch of time held open so that something could happen. Times are in seconds."""

    opened: Observation
    closed: Observation
    interference: Interference | None
    data: dict[str, Any]

    @property
    def seconds(self) -> float:
        """How long it was open."""
        return self.closed.time - self.opened.time

    def covered_by(self, record: Record, *watches: str) -> bool:
        """Tell whether every one of `watches` saw the whole window without a gap."""
        start, end = self.opened.sequence, self.closed.sequence
        return all(record.watched(watch, start, end) for watch in watches)


def undisturbed(record: Record, name: str) -> Window:
    """Return the window called `name`; raise SettledEarly if it is no ground to judge on."""
    found = window(record, name)
    if found is None:
        raise SettledEarly(undecided(f"the window {name!r} was not held open to its end"))
    if found.interference is not None:
        raise SettledEarly(
            undecided(f"others disturbed the window: {found.interference.what}", found.interference)
        )
    return found


def window(record: Record, name: str) -> Window | None:
    """Return the last window called `name` that was opened and closed, or None."""
    opened = record.of(Observation, subject="window-opened")
    closed = record.of(Observation, subject="window-closed")
    starts = [fact for fact in opened if fact.data.get("name") == name]
    if not starts:
        return None
    start = starts[-1]
    ends = [
        fact for fact in closed if fact.data.get("name") == name and fact.sequence > start.sequence
    ]
    if not ends:
        return None
    label = f"{name} {start.data.get('round', 1)}"
    disturbed = record.of(Interference, round=label)
    return Window(
        opened=start,
        closed=ends[0],
        interference=disturbed[-1] if disturbed else None,
        data=start.data,
    )
