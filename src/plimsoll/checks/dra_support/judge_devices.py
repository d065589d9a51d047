"""Judges what a claim brings its pod: allocation, selection, injection, sharing, removal."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.dra_support.holders import (
    Inventory,
    holder,
    inventory,
    listed,
    names,
)
from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    held,
    not_started,
    probe,
    reserved_for,
    timeout,
    undecided,
    unknown,
    violated,
)
from plimsoll.record import Record
from plimsoll.record.facts import FactBase
from plimsoll.standard.verdicts import Outcome


def _allocated_rightly(record: Record, role: str) -> Ruling:
    mine, known = holder(record, role), inventory(record)
    facts: tuple[FactBase, ...] = (known.fact, mine.claim.events[-1], mine.pod.events[-1])
    strange = [device for device in mine.devices if device not in known.identities]
    if strange:
        return violated(
            f"claim {mine.claim.name} was allocated {names(strange)}, which no slice publishes",
            *facts,
        )
    if mine.ready is None:
        return not_started(record, mine.pod, names(mine.devices))
    if not any(mine.pod.uid in reserved_for(event.object) for event in mine.claim.events):
        return violated(f"pod {mine.pod.name} runs, and its claim is not reserved for it", *facts)
    return held(
        f"claim {mine.claim.name} was allocated {names(mine.devices)} and reserved for pod "
        f"{mine.pod.name}, which ran",
        *facts,
    )


def _template(record: Record) -> Ruling:
    return _allocated_rightly(record, "template")


def _direct(record: Record) -> Ruling:
    return _allocated_rightly(record, "direct")


def _template_removed(record: Record) -> Ruling:
    mine = holder(record, "template")
    gone, removed = mine.pod.deleted, mine.claim.deleted
    if gone is None:
        return undecided(f"pod {mine.pod.name} was not seen to go", mine.pod.events[-1])
    if removed is not None:
        late = max(0.0, removed.time - gone.time)
        return held(f"claim {mine.claim.name} went {late:.1f} s after its pod", gone, removed)
    stage = timeout(record, "claim-removal")
    if stage is None:
        return undecided("the claim was not watched until its deadline", gone)
    return violated(
        f"claim {mine.claim.name} was still there {stage.seconds:.0f} s after its pod went",
        gone,
        stage,
    )


def _selector(record: Record) -> Ruling:
    mine, known = holder(record, "selector"), inventory(record)
    selection = record.discovered("dra-selector")
    if selection is None:
        return undecided("no selector was chosen")
    attribute, wanted = selection.found["attribute"], selection.found["value"]
    matching = {
        device
        for device, attributes in known.attributes.items()
        if attributes.get(attribute) == wanted
    }
    if matching == set(known.attributes):
        return undecided(
            f"every published device has {attribute} = {wanted}, so any choice would match",
            known.fact,
            next_step="give the check two accelerators that differ",
        )
    wrong = [device for device in mine.devices if device not in matching]
    facts = (known.fact, selection, mine.claim.events[-1])
    if wrong:
        return violated(
            f"the claim asked for {attribute} = {wanted} and was allocated {names(wrong)}", *facts
        )
    return held(
        f"{len(matching)} of {len(known.attributes)} devices have {attribute} = {wanted}; the "
        f"claim was allocated {names(mine.devices)}",
        *facts,
    )


def _injected(record: Record) -> Ruling:
    known = inventory(record)
    if not known.identity_in_pod:
        return unknown(
            f"how an identity in a slice of {known.family or 'this driver'} reads inside a pod is "
            "not known here",
            known.fact,
            next_step="add it to the accelerator family's data file",
        )
    control = probe(record, "unclaimed")
    if control is None:
        return undecided("the pod without a claim, the control, was not probed")
    if control.data.get("identities"):
        return undecided(
            "a pod without a claim carries device identities too, so they prove nothing; "
            "secure_accelerator_access judges this",
            control,
        )
    found = [_injected_in(record, role, known) for role in ("template", "direct", "selector")]
    rulings = [ruling for ruling in found if ruling is not None]
    if not rulings:
        return undecided("no pod with a claim was probed", control)
    broken = [ruling for ruling in rulings if ruling.outcome is Outcome.VIOLATED]
    return (broken or rulings)[0]


def _injected_in(record: Record, role: str, known: Inventory) -> Ruling | None:
    seen = probe(record, role)
    try:
        mine = holder(record, role)
    except SettledEarly:
        return None
    if seen is None:
        return None
    wanted = {known.identities.get(device, "") for device in mine.devices}
    found = set(seen.data.get("identities", []))
    facts = (known.fact, mine.claim.events[-1], seen)
    if found == wanted:
        return held(f"pod {mine.pod.name} was allocated {listed(wanted)} and has just that", *facts)
    return violated(
        f"pod {mine.pod.name} was allocated {listed(wanted)} and has "
        f"{listed(found) or 'no device at all'}",
        *facts,
        next_step="compare what the driver prepares with the claim's status",
    )


def _shared(record: Record) -> Ruling:
    first, second = holder(record, "shared-a"), holder(record, "shared-b")
    if first.claim.uid != second.claim.uid:
        return undecided("the two pods did not name the same claim", first.claim.events[-1])
    for each in (first, second):
        if each.ready is None:
            return not_started(record, each.pod, names(each.devices))
    both = {first.pod.uid, second.pod.uid}
    together = first.claim.first(lambda body: both <= reserved_for(body))
    if together is None:
        return violated(
            "both pods ran, and their claim was never reserved for both", first.claim.events[-1]
        )
    seen = [probe(record, "shared-a"), probe(record, "shared-b")]
    carried = [set(fact.data.get("identities", [])) for fact in seen if fact is not None]
    if len(carried) == 2 and carried[0] != carried[1]:
        return violated(
            f"one pod has {listed(carried[0]) or 'nothing'}, the other "
            f"{listed(carried[1]) or 'nothing'}",
            *seen,
        )
    return held(
        f"pods {first.pod.name} and {second.pod.name} ran on {names(first.devices)} together",
        together,
        first.ready,
        second.ready,
        *seen,
    )


DEVICE_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    "template-claim-allocated": _template,
    "template-claim-removed": _template_removed,
    "direct-claim-allocated": _direct,
    "selector-honoured": _selector,
    "injected-is-allocated": _injected,
    "claim-shared": _shared,
}
