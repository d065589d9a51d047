"""How `dra_support` reads its record: the published devices, and pods with what they claim.

Every reader raises SettledEarly, with the ruling, where the record has nothing to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    allocated,
    allocation_results,
    claims_of,
    condition,
    is_ready,
    pod,
    timeout,
    undecided,
)
from plimsoll.record import Record
from plimsoll.record.facts import Discovered, Json, WatchEvent
from plimsoll.record.reading import ObjectHistory

Device = tuple[str, str, str]
"""Driver, pool and device: how a claim's status names what it holds."""


class Inventory(Struct, frozen=True, kw_only=True):
    """The devices that were published when the check began, and those it narrowed itself to."""

    fact: Discovered
    identities: dict[Device, str]
    attributes: dict[Device, Json]
    chosen: frozenset[Device]
    family: str
    identity_in_pod: bool
    """Whether it is known how an identity in a slice reads inside a pod."""


class Holder(Struct, frozen=True, kw_only=True):
    """A pod with a claim: what was seen of both."""

    pod: ObjectHistory
    claim: ObjectHistory
    devices: tuple[Device, ...]
    ready: WatchEvent | None


def inventory(record: Record) -> Inventory:
    """Return the published devices; undecided where no driver publishes any."""
    fact = record.discovered("dra-inventory")
    if fact is None or not fact.found.get("devices"):
        raise SettledEarly(
            undecided(
                "no DRA driver publishes accelerators here, so nothing can be allocated",
                fact,
                next_step="install the vendor's DRA driver, or name its class with --device-class",
            )
        )
    devices: list[Json] = fact.found["devices"]
    keys = {(fact.found["driver"], entry["pool"], entry["device"]): entry for entry in devices}
    return Inventory(
        fact=fact,
        identities={key: entry.get("identity", "") for key, entry in keys.items()},
        attributes={key: entry.get("attributes", {}) for key, entry in keys.items()},
        chosen=frozenset(key for key, entry in keys.items() if entry.get("chosen")),
        family=fact.found.get("family", ""),
        identity_in_pod=bool(fact.found.get("identity_in_pod")),
    )


def holder(record: Record, role: str) -> Holder:
    """Return the pod in `role` with its allocated claim; undecided where either is missing."""
    inventory(record)
    owner = pod(record, role)
    if owner is None:
        raise SettledEarly(undecided(f"no pod played the part {role!r}: its stage was not reached"))
    claims = claims_of(record, owner)
    devices = allocated(claims[0]) if claims else ()
    if not devices:
        raise SettledEarly(_never_allocated(record, owner, claims))
    return Holder(pod=owner, claim=claims[0], devices=devices, ready=owner.first(is_ready))


def _never_allocated(record: Record, owner: ObjectHistory, claims: list[ObjectHistory]) -> Ruling:
    seen = f"its claim {claims[0].name} was not allocated" if claims else "no claim was made for it"
    reason = condition(owner.last, "PodScheduled").get("message", "")
    return undecided(
        f"pod {owner.name}: {seen}" + (f"; the scheduler says: {reason}" if reason else ""),
        owner.events[-1],
        timeout(record, "scheduling", owner.name),
        next_step="see whether the chosen devices were taken by others while the check ran",
    )


def devices_by(record: Record, owner: ObjectHistory, end: int) -> set[Device]:
    """Return the devices that the claims of `owner` were allocated up to sequence `end`."""
    return {
        device
        for claim in claims_of(record, owner)
        for event in claim.events
        if event.sequence <= end
        for device in allocation_results(event.object)
    }


def first_before(
    owner: ObjectHistory, predicate: Callable[[Json], bool], end: int
) -> WatchEvent | None:
    """Return the first event that fulfils `predicate`, if it came up to sequence `end`."""
    event = owner.first(predicate)
    return event if event is not None and event.sequence <= end else None


def names(devices: Iterable[Device]) -> str:
    """Return devices as a person reads them."""
    return ", ".join(sorted(f"{pool}/{device}" for _, pool, device in devices))


def listed(identities: Iterable[str]) -> str:
    """Return identities as a person reads them."""
    return ", ".join(sorted(identities))
