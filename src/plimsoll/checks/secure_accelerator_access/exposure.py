"""How `secure_accelerator_access` reads its record: what each container could see and open.

A probe lists the device nodes that a container has beyond the standard ones and says of each
whether its accelerator family knows it as an identity (one node, one device), as a control node
(shared by claimants, absent without a claim) or not at all. Exposure is that list, asked.
"""

from __future__ import annotations

import re

from msgspec import Struct

from plimsoll.checks.judging import (
    SettledEarly,
    allocated,
    claims_of,
    is_ready,
    late,
    pod,
    probe,
    undecided,
)
from plimsoll.record import Record
from plimsoll.record.facts import Discovered, Json, ProbeResult
from plimsoll.record.reading import ObjectHistory

OPENED = "ok"
"""The word for a step that worked; otherwise the step's errno by name, empty for not tried."""


class Exposure(Struct, frozen=True, kw_only=True):
    """What one container could see of accelerators."""

    fact: ProbeResult
    identities: frozenset[str]
    """Identities that the container carries, for example UUIDs."""
    numbers: dict[str, str]
    """Device number of each identity node (`b:7:10100`) with what open() said."""
    control: frozenset[str]
    """Paths of control nodes."""
    other: frozenset[str]
    """Nodes beyond the standard ones that no family knows, as `path b:7:1`."""
    environment: frozenset[str]
    mounts: frozenset[str]
    made: dict[str, tuple[str, str]]
    """Numbers for which the probe made a node: what mknod() and what open() said."""

    @property
    def opened(self) -> list[str]:
        """Return the numbers of identity nodes that opened."""
        return sorted(number for number, said in self.numbers.items() if said == OPENED)

    @property
    def accelerators(self) -> str:
        """Say what is visible, or nothing when no accelerator is."""
        parts = [*sorted(self.numbers), *sorted(self.control), *sorted(self.identities)]
        return ", ".join(parts)


def exposure_of(fact: ProbeResult) -> Exposure:
    """Return what the probe's JSON says."""
    nodes: list[Json] = fact.data.get("nodes", [])
    made: list[Json] = fact.data.get("made", [])
    return Exposure(
        fact=fact,
        identities=frozenset(fact.data.get("identities", [])),
        numbers={
            entry["number"]: entry.get("open", "") for entry in nodes if entry["kind"] == "identity"
        },
        control=frozenset(entry["path"] for entry in nodes if entry["kind"] == "control"),
        other=frozenset(
            f"{entry['path']} {entry['number']}" for entry in nodes if entry["kind"] == "other"
        ),
        environment=frozenset(fact.data.get("environment", [])),
        mounts=frozenset(fact.data.get("mounts", [])),
        made={entry["number"]: (entry["mknod"], entry.get("open", "")) for entry in made},
    )


def seen_by(record: Record, role: str) -> Exposure:
    """Return what the container in `role` could see; undecided when it was not probed."""
    fact = probe(record, role)
    if fact is None:
        owner = pod(record, role)
        waited = late(record, owner.name) if owner is not None else None
        why = "was not seen running" if owner is not None else "was not made"
        on = f" (after {waited.seconds:.0f} s: {waited.waiting_on})" if waited is not None else ""
        raise SettledEarly(
            undecided(
                f"the container in the part {role!r} {why}{on}, so it was not probed",
                owner.events[-1] if owner else None,
                waited,
            )
        )
    return exposure_of(fact)


def control(record: Record) -> Exposure:
    """Return what the claimed container saw; undecided unless it opened a device."""
    exposure = seen_by(record, "claimed")
    if not exposure.opened:
        raise SettledEarly(
            undecided(
                "the control, a pod with a claim, did not open any accelerator, so refusals prove "
                "nothing",
                exposure.fact,
            )
        )
    return exposure


def alike(record: Record, first: Exposure, second: Exposure, *, runtime_class: bool = True) -> None:
    """Raise SettledEarly, undecided, unless both ran on one node and in one runtime class."""
    if first.fact.node != second.fact.node:
        raise SettledEarly(
            undecided(
                f"{second.fact.role} ran on {second.fact.node}, the control on {first.fact.node}",
                first.fact,
                second.fact,
            )
        )
    classes = [_runtime_class(record, each.fact.role) for each in (first, second)]
    if runtime_class and classes[0] != classes[1]:
        raise SettledEarly(
            undecided(
                f"{second.fact.role} ran in the runtime class {classes[1] or 'by default'}, the "
                f"control in {classes[0] or 'the default'}, so the runtime may be the difference",
                first.fact,
                second.fact,
                next_step="name the class that accelerator pods run in: --runtime-class NAME",
            )
        )


def _runtime_class(record: Record, role: str) -> str:
    owner = pod(record, role)
    return str(owner.last.get("spec", {}).get("runtimeClassName", "")) if owner else ""


def without_claim(record: Record, role: str) -> Exposure:
    """Return what a container without a claim saw; undecided if admission gave its pod one."""
    exposure, owner = seen_by(record, role), pod(record, role)
    spec: Json = owner.last.get("spec", {}) if owner else {}
    resource = str(accelerator(record).found.get("resource", ""))
    limits = [
        (entry.get("resources") or {}).get("limits") or {} for entry in spec.get("containers") or []
    ]
    if spec.get("resourceClaims") or (resource and any(resource in each for each in limits)):
        raise SettledEarly(
            undecided(
                f"admission gave {role} an accelerator that it did not ask for, so it is no pod "
                "without a claim",
                exposure.fact,
                owner.events[-1] if owner else None,
                next_step="keep the webhook that does so away from the check's namespace",
            )
        )
    return exposure


def partitions(chosen: Discovered, *exposures: Exposure) -> bool:
    """Tell whether the containers hold partitions, which may share a device's node."""
    pattern = str(chosen.found.get("partition_identity", ""))
    identities = [identity for exposure in exposures for identity in exposure.identities]
    return bool(pattern and identities) and all(re.fullmatch(pattern, each) for each in identities)


class Given(Struct, frozen=True, kw_only=True):
    """What the cluster gave a pod: how many devices, and which where that can be known."""

    count: int
    identities: frozenset[str] | None
    """None where the cluster does not say which devices it gave."""
    pod: ObjectHistory


def accelerator(record: Record) -> Discovered:
    """Return what discovery found and chose; undecided where there is no accelerator."""
    fact = record.discovered("accelerator")
    if fact is None or not fact.found.get("way"):
        raise SettledEarly(
            undecided(
                "no accelerator was found: no DRA device and no extended resource of a known "
                "family",
                fact,
                next_step="name it with --device-class or --resource",
            )
        )
    return fact


def given(record: Record, role: str) -> Given:
    """Return what the pod in `role` was given."""
    chosen, owner = accelerator(record), pod(record, role)
    if owner is None:
        raise SettledEarly(undecided(f"no pod played the part {role!r}"))
    if chosen.found["way"] == "dra":
        return _given_by_claim(record, chosen, owner)
    resource = str(chosen.found.get("resource", ""))
    containers: list[Json] = owner.last.get("spec", {}).get("containers") or []
    wanted = [(entry.get("resources") or {}).get("limits") or {} for entry in containers]
    count = sum(int(limits.get(resource, 0)) for limits in wanted)
    return Given(count=count, identities=_reported(owner, resource), pod=owner)


def _given_by_claim(record: Record, chosen: Discovered, owner: ObjectHistory) -> Given:
    devices = [device for claim in claims_of(record, owner) for device in allocated(claim)]
    known = {
        (chosen.found.get("driver"), entry["pool"], entry["device"]): entry.get("identity", "")
        for entry in chosen.found.get("devices", [])
    }
    identities = frozenset(known.get(device, "") for device in devices)
    mapped = bool(chosen.found.get("identity_in_pod")) and "" not in identities
    return Given(count=len(devices), identities=identities if mapped else None, pod=owner)


def _reported(owner: ObjectHistory, resource: str) -> frozenset[str] | None:
    """Return the device ids that the kubelet reports for a device plugin's resource."""
    ids = {
        str(device.get("resourceID", ""))
        for container in owner.last.get("status", {}).get("containerStatuses") or []
        for entry in container.get("allocatedResourcesStatus") or []
        if entry.get("name") == resource
        for device in entry.get("resources") or []
    }
    return frozenset(ids) or None


def ready(owner: ObjectHistory) -> bool:
    """Tell whether the pod was ever seen Ready."""
    return owner.first(is_ready) is not None
