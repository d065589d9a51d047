"""Judges every way around: made nodes, variables, mounts, annotations, side-cars, left-overs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from plimsoll.checks.judging import (
    Ruling,
    held,
    not_applicable,
    not_exercised,
    pod,
    undecided,
    violated,
)
from plimsoll.checks.secure_accelerator_access.exposure import (
    OPENED,
    Exposure,
    accelerator,
    alike,
    control,
    partitions,
    seen_by,
    without_claim,
)
from plimsoll.record import Record
from plimsoll.record.facts import Observation, ProbeResult, Refused
from plimsoll.standard.verdicts import Outcome

_AS_ROOT = "name a namespace that allows root with MKNOD: --probe-namespace NAMESPACE"


def _cannot_open(role: str, record: Record) -> Ruling:
    """Judge whether the container in `role` opened a node that it made for pod A's device."""
    chosen = accelerator(record)
    claimed = control(record)
    exposure = seen_by(record, role) if role == "second" else without_claim(record, role)
    alike(record, claimed, exposure)
    facts = (claimed.fact, exposure.fact)
    own = exposure.numbers if partitions(chosen, claimed, exposure) else ()
    tried = {
        number: exposure.made[number]
        for number in claimed.numbers
        if number in exposure.made and number not in own
    }
    opened = sorted(number for number, (_, said) in tried.items() if said == OPENED)
    if opened:
        return violated(
            f"{role} made a node for {', '.join(opened)}, which pod A holds, and opened it",
            *facts,
            next_step="the runtime does not restrict devices by cgroup for this container",
        )
    if not tried:
        why = "shares its device's node with pod A" if own else "does not run as root here"
        return not_exercised(
            f"{role} made no device node: its pod {why}", *facts, next_step=_AS_ROOT
        )
    steps = ", ".join(
        f"{number}: mknod {made}" + (f", open {said}" if said else "")
        for number, (made, said) in sorted(tried.items())
    )
    if all(made != OPENED for made, _ in tried.values()):
        return not_exercised(f"device cgroup not exercised: {steps}", *facts, next_step=_AS_ROOT)
    if not any(made == (OPENED, OPENED) for made in claimed.made.values()):
        return undecided(
            "pod A could not open a node that it made for its own device, so a refusal proves "
            f"nothing; {role}: {steps}",
            *facts,
        )
    if any(said != "EPERM" for made, said in tried.values() if made == OPENED):
        return undecided(f"refused otherwise than by the device cgroup: {steps}", *facts)
    return held(f"{role} is refused what pod A may do: {steps}", *facts)


def _bypass(kind: str, record: Record) -> Ruling:
    accelerator(record)
    prefix = f"bypass.{kind}."
    absent = [
        fact
        for fact in record.of(Observation, subject="bypass-absent")
        if fact.data.get("kind") == kind
    ]
    seen = [fact for fact in record.of(ProbeResult) if fact.role.startswith(prefix)]
    exposures = [without_claim(record, fact.role) for fact in seen]
    reached = [exposure for exposure in exposures if exposure.accelerators]
    if reached:
        tried = ", ".join(exposure.fact.role.removeprefix(prefix) for exposure in reached)
        return violated(
            f"a pod without a claim reached {reached[0].accelerators} by {tried}",
            *(exposure.fact for exposure in reached),
            next_step="let the runtime take devices from claims or the device plugin only",
        )
    refused = [fact for fact in record.of(Refused) if fact.purpose.startswith(prefix)]
    failed = _not_running(record, prefix)
    if not exposures and absent and not refused and not failed:
        return not_applicable(str(absent[-1].data.get("why", "")), absent[-1])
    if not exposures or refused or failed:
        why = [f"{fact.purpose.removeprefix(prefix)}: {fact.message}" for fact in refused]
        why += [f"{name}: its pod did not run" for name in failed]
        return not_exercised("; ".join(why) or "no such pod was tried", *refused)
    return _bypass_held(record, exposures, kind)


def _not_running(record: Record, prefix: str) -> list[str]:
    """Return the variants whose pod was made and never probed."""
    probed = {fact.role for fact in record.of(ProbeResult)}
    roles = {history.label("plimsoll.dev/role") for history in record.histories("Pod")}
    return sorted(role.removeprefix(prefix) for role in roles - probed if role.startswith(prefix))


def _bypass_held(record: Record, exposures: list[Exposure], kind: str) -> Ruling:
    prefix = f"bypass.{kind}."
    claimed = control(record)
    for exposure in exposures:
        alike(record, claimed, exposure, runtime_class=kind != "runtime-class")
    names = ", ".join(exposure.fact.role.removeprefix(prefix) for exposure in exposures)
    return held(
        f"no accelerator by {names}, on the node where pod A sees {claimed.accelerators}",
        claimed.fact,
        *(exposure.fact for exposure in exposures),
    )


def _sidecar(record: Record) -> Ruling:
    accelerator(record)
    exposure = seen_by(record, "sidecar")
    if exposure.accelerators:
        return violated(
            f"the container without the claim sees {exposure.accelerators}", exposure.fact
        )
    opened = sorted(number for number, (_, said) in exposure.made.items() if said == OPENED)
    if opened:
        return violated(
            f"the container without the claim made a node for {', '.join(opened)} and opened it",
            exposure.fact,
        )
    claimed = control(record)
    if claimed.fact.pod != exposure.fact.pod:
        return undecided("the two containers were not in one pod", claimed.fact, exposure.fact)
    return held(
        f"in one pod, the container with the claim sees {claimed.accelerators}, the other none",
        claimed.fact,
        exposure.fact,
    )


def _nothing_left(record: Record) -> Ruling:
    accelerator(record)
    exposure = without_claim(record, "after-release")
    if exposure.accelerators:
        return violated(
            f"a pod without a claim sees {exposure.accelerators} after its holder went",
            exposure.fact,
        )
    holder = pod(record, "claimed")
    gone = holder.deleted if holder else None
    if gone is None or gone.sequence > exposure.fact.sequence:
        return undecided("the holder was not seen to go before the probe", exposure.fact)
    ruling = _cannot_open("after-release", record)
    if ruling.outcome is Outcome.NOT_EXERCISED:
        return not_exercised(
            f"nothing is visible after the holder went; {ruling.because}",
            gone,
            exposure.fact,
            next_step=ruling.next_step,
        )
    return ruling


def _admin_access(record: Record) -> Ruling:
    chosen = accelerator(record)
    if chosen.found["way"] != "dra":
        return not_applicable("admin access is a field of ResourceClaims; there are none", chosen)
    tried = record.of(Observation, subject="admin-access")
    if not tried:
        return undecided("no claim with admin access was tried", chosen)
    fact = tried[-1]
    if fact.data.get("kept"):
        return violated(
            "a claim with admin access was stored in a namespace without the label for it",
            fact,
            next_step="enable the DRAAdminAccess check of the API server (v1.34 and later)",
        )
    if not fact.data.get("control_accepted"):
        return undecided("the same claim without admin access was refused as well", fact)
    said = fact.data.get("message") or "the API server dropped the field"
    return held(f"admin access is not given: {said}", fact)


def _remanence(record: Record) -> Ruling:
    tried = record.of(Observation, subject="remanence")
    if not tried:
        return not_exercised("no device was free for this run alone to write to")
    fact = tried[-1]
    if not fact.data.get("read_back") or not fact.data.get("same_device"):
        return undecided("the writer's pattern or its device could not be followed", fact)
    if fact.data.get("found"):
        return violated("the next claimant could read what the last one wrote", fact)
    return held("the next claimant found nothing of what the last one wrote", fact)


BYPASS_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    "second-cannot-open-first": partial(_cannot_open, "second"),
    "unclaimed-cannot-open": partial(_cannot_open, "unclaimed"),
    "environment-does-not-bypass": partial(_bypass, "environment"),
    "volume-mounts-do-not-bypass": partial(_bypass, "volume-mounts"),
    "annotation-does-not-bypass": partial(_bypass, "annotation"),
    "runtime-class-does-not-bypass": partial(_bypass, "runtime-class"),
    "sidecar-sees-none": _sidecar,
    "nothing-left-after-release": _nothing_left,
    "admin-access-refused": _admin_access,
    "remanence": _remanence,
}
