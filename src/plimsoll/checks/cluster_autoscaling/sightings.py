"""How `cluster_autoscaling` reads its record: the pod that waited, the nodes that came and went.

Pure. A node is known by its uid: one that comes back under an old name is a new one.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from plimsoll.checks.judging import (
    SettledEarly,
    condition,
    is_bound,
    pod,
    undecided,
)
from plimsoll.record import Record
from plimsoll.record.facts import Discovered, Interference, Observation, WatchEvent
from plimsoll.record.reading import ObjectHistory

Json = dict[str, Any]

AUTOSCALERS, ASK, TYPES = "autoscalers", "ask", "accelerator-types"
TOO_MANY, SAID, IDLE_LIMIT = "too-many-nodes", "autoscaler-said", "idle-limit"
BASELINE, BUSY, IMPOSSIBLE_WINDOW, IDLE = "baseline", "busy", "impossible", "idle"
WANTING, SECOND = "wanting", "second-type"
GUESSED = "it is what this family's resource is usually called"
"""The one basis of an ask on which no absence can be judged."""

NO_SUCH = "plimsoll.dev/no-such-device"
REMOVAL_TAINTS = frozenset({"ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted"})


class Bringing(Struct, frozen=True, kw_only=True):
    """One pod that waited for a node: what was asked, and how far it came."""

    role: str
    ask: Discovered
    pod: ObjectHistory | None
    waited: WatchEvent | None
    """The scheduler said that it lacks the accelerator."""
    bound: WatchEvent | None
    node: ObjectHistory | None
    """The new node that it was bound to."""
    new: tuple[ObjectHistory, ...]
    """All nodes that came after the pod was made."""

    @property
    def asked(self) -> str:
        """What was asked for, as a person reads it."""
        found = self.ask.found
        if found.get("resource"):
            return f"the resource {found['resource']}"
        return f"a claim of {found.get('device_class', '')}"

    @property
    def seconds(self) -> float:
        """After how long the pod was bound; 0 when it was not."""
        if self.pod is None or self.bound is None:
            return 0.0
        return self.bound.time - self.pod.events[0].time


def bringings(record: Record) -> list[Bringing]:
    """Return the pods that waited for the first type, in the order they were tried."""
    asks = [ask for ask in record.of(Discovered, subject=ASK) if ask.found["role"] != SECOND]
    return [_bringing(record, ask) for ask in asks]


def second(record: Record) -> Bringing | None:
    """Return the pod that waited for another type."""
    asks = [ask for ask in record.of(Discovered, subject=ASK) if ask.found["role"] == SECOND]
    return _bringing(record, asks[-1]) if asks else None


def brought(record: Record) -> Bringing:
    """Return the one that was bound to a new node; undecided where none was."""
    for each in bringings(record):
        if each.node is not None:
            return each
    raise SettledEarly(undecided("no pod of this run was bound to a new node"))


def _bringing(record: Record, ask: Discovered) -> Bringing:
    role = str(ask.found["role"])
    owner = pod(record, role)
    bound = owner.first(is_bound) if owner else None
    made = owner.events[0].sequence if owner else 0
    new = tuple(n for n in new_nodes(record) if made and n.events[0].sequence > made)
    on = str(bound.object["spec"]["nodeName"]) if bound else ""
    here = [node for node in new if node.name == on and bound and _was_there(node, bound)]
    return Bringing(
        role=role,
        ask=ask,
        pod=owner,
        waited=owner.first(lambda body: lacks(body, ask.found)) if owner else None,
        bound=bound,
        node=here[-1] if here else None,
        new=new,
    )


def _was_there(node: ObjectHistory, event: WatchEvent) -> bool:
    """Tell whether a node was not gone yet; two watches may tell of its coming in any order."""
    gone = node.deleted
    return gone is None or gone.sequence > event.sequence


def lacks(body: Json, wanted: Json) -> bool:
    """Tell whether the scheduler has said that this pod lacks the accelerator it asks for."""
    said = condition(body, "PodScheduled")
    word = f"Insufficient {wanted['resource']}" if wanted.get("resource") else "claims"
    return said.get("reason") == "Unschedulable" and word in str(said.get("message", ""))


def nodes(record: Record) -> list[ObjectHistory]:
    """Return every node, as the check's own watch saw it."""
    return [h for h in record.histories("Node") if h.events[0].requirement]


def new_nodes(record: Record) -> list[ObjectHistory]:
    """Return the nodes that came while the check watched."""
    return [node for node in nodes(record) if node.events[0].type == "ADDED"]


def is_node_ready(body: Json) -> bool:
    """Tell whether a node is Ready."""
    return condition(body, "Ready").get("status") == "True"


def leaves(body: Json) -> bool:
    """Tell whether a node is on its way out."""
    taints = {taint.get("key") for taint in (body.get("spec") or {}).get("taints") or []}
    return bool((body.get("metadata") or {}).get("deletionTimestamp") or taints & REMOVAL_TAINTS)


def began_to_go(node: ObjectHistory, after: int) -> WatchEvent | None:
    """Return the first event after a sequence number with which the node goes."""
    for event in node.events:
        if event.sequence > after and (event.type == "DELETED" or leaves(event.object)):
            return event
    return None


def offered(node: ObjectHistory, resource: str) -> tuple[int, WatchEvent | None]:
    """Return how many of a resource the node was seen to offer, and when first."""
    for event in node.events:
        allocatable = (event.object.get("status") or {}).get("allocatable") or {}
        count = int(allocatable.get(resource, 0)) if resource else 0
        if count:
            return count, event
    return 0, None


def slices_of(record: Record, node: ObjectHistory) -> list[ObjectHistory]:
    """Return the ResourceSlices with devices that were published for a node."""
    return [
        entry
        for entry in record.histories("ResourceSlice")
        if entry.events[0].requirement
        and any(
            (event.object.get("spec") or {}).get("nodeName") == node.name
            and event.object.get("devices")
            and event.sequence > node.events[0].sequence
            for event in entry.events
        )
    ]


def said_of(record: Record, role: str) -> tuple[list[Json], Observation | None]:
    """Return what autoscalers said of the pod in a role, and the fact that has it."""
    facts = [f for f in record.of(Observation, subject=SAID) if f.data.get("role") == role]
    events: list[Json] = [event for fact in facts for event in fact.data.get("events", [])]
    return events, facts[-1] if facts else None


def disturbed(record: Record, step: str) -> Interference | None:
    """Return what others did in a step that a claim of that step must not overlook."""
    found = [f for f in record.of(Interference, round=step) if f.requirement]
    return found[-1] if found else None


def too_many(record: Record) -> Observation | None:
    """Return the fact that more nodes stood at once than were allowed."""
    found = record.of(Observation, subject=TOO_MANY)
    return found[-1] if found else None
