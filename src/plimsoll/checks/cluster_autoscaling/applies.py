"""Whether the requirement applies: the user's word against what the cluster shows (pure)."""

from __future__ import annotations

from plimsoll.checks.cluster_autoscaling.sightings import AUTOSCALERS
from plimsoll.checks.judging import Ruling, not_applicable, undecided
from plimsoll.record import Record
from plimsoll.record.facts import Discovered

_TRY = "leave --no-autoscaler out and let a pod wait: --allow-scale"


def outright(record: Record) -> Ruling | None:
    """Return the ruling for every claim where the user says that there is no autoscaler."""
    seen = record.discovered(AUTOSCALERS)
    if seen is None or not (reason := str(seen.found.get("no_autoscaler", ""))):
        return None
    if certain := names(seen, certain=True):
        return undecided(
            f"the user says that there is no autoscaler ({reason!r}), but there is {certain}",
            seen,
            next_step=_TRY,
        )
    if clouds := seen.found.get("clouds"):
        return undecided(
            f"the user says that there is no autoscaler ({reason!r}), but nodes are machines of "
            f"{', '.join(clouds)}, where one can run outside the cluster",
            seen,
            next_step=_TRY,
        )
    return not_applicable(
        f"the user says that the platform has no autoscaler ({reason!r}); none was found, and no "
        "node has the provider id of a cloud",
        seen,
    )


def names(seen: Discovered | None, *, certain: bool) -> str:
    """Return the autoscalers that were found, with the signs of them."""
    found = seen.found.get("found", []) if seen else []
    return "; ".join(
        f"{each['name']}{' ' + each['version'] if each['version'] else ''} "
        f"({', '.join(each['signs'])})"
        for each in found
        if each["certain"] is certain
    )
