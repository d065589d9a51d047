"""What autoscalers say in events: that they asked for a node, why they did not, who refused (pure).

A refusal for want of quota, stock or a pool's limit is the outside world's and no fault of the
platform. Texts are cut so that no account, project, pool or address of the user's is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from plimsoll.adapters.autoscalers.autoscaler import Json

ASKED, REFUSED, LOOKED = "asked", "refused", "looked"

_ASKED = frozenset({"TriggeredScaleUp", "ScaledUpGroup", "Nominated", "ProvisioningRequested"})
_LOOKED = frozenset({"NotTriggerScaleUp", "NoCompatibleInstanceTypes"})
_FAILED = frozenset(
    {"FailedScaleUp", "FailedToScaleUpGroup", "ScaleUpTimedOut", "InsufficientCapacityError"}
)
_SHARED = "FailedScheduling"
"""Said by schedulers and by Karpenter alike."""
_SOURCES = ("cluster-autoscaler", "karpenter")
_OUTSIDE: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "quota": r"quota|vcpulimitexceeded|limitexceeded",
        "stock": r"out of resources|insufficient ?(instance ?)?capacity|unfulfillablecapacity"
        r"|stock ?-?out|resource_pool_exhausted|skunotavailable|allocationfailed|in backoff",
        "limit": r"max (node group|nodes|cluster)[^;,]*reached|exceed limits for nodepool"
        r"|max\w*countexceeded|limits? (was |is )?(reached|exceeded)",
    }.items()
}
_PRIVATE = re.compile(
    r"https?://\S+|arn:\S+|projects/\S+|/subscriptions/\S+|\[\{.*?\}\]"
    r"|requirements=.*|(?<=nodeclaim/)\S+|(?<=NodePool=)[^\s,;]+|(?<=nodepool )\S+"
)
_LENGTH = 300


class Said(Struct, frozen=True, kw_only=True):
    """One thing that an autoscaler said."""

    reason: str
    about: str
    """The kind of object that it said it of."""
    means: str
    """asked, refused or looked."""
    text: str
    outside: str = ""
    """For a refusal: quota, stock or limit."""


def said(events: Iterable[Json], *, since: str = "") -> list[Said]:
    """Return what autoscalers said since a time (as in events), each thing once."""
    found: dict[Said, None] = {}
    for event in events:
        when = str(event.get("lastTimestamp") or event.get("eventTime") or "")
        if since and when and when < since.rstrip("Z"):  # a fraction of the second may follow
            continue
        read = _read(event)
        if read is not None:
            found[read] = None
    return list(found)


def _read(event: Json) -> Said | None:
    reason = str(event.get("reason", ""))
    source = str((event.get("source") or {}).get("component") or event.get("reportingComponent"))
    known = reason in _ASKED | _LOOKED | _FAILED
    if not known and not (reason == _SHARED and any(name in source for name in _SOURCES)):
        return None
    text = str(event.get("message", ""))
    outside = next((name for name, words in _OUTSIDE.items() if words.search(text)), "")
    if reason == "InsufficientCapacityError":
        outside = outside or "stock"
    means = REFUSED if outside else ASKED if reason in _ASKED else LOOKED
    return Said(
        reason=reason,
        about=str((event.get("involvedObject") or {}).get("kind", "")),
        means=means,
        text=" ".join(_PRIVATE.sub("...", text).split())[:_LENGTH],
        outside=outside,
    )
