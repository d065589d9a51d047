"""What the status of Gateways and routes says of their present version (pure)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

OUTSIDE_REASONS = frozenset(
    {"AddressNotAssigned", "AddressNotUsable", "NoResources", "Pending", ""}
)
"""Reasons for Programmed=False that wait on a load balancer, a quota or on more time."""


def condition(body: Json, kind: str) -> Json:
    """Return a Gateway's condition of this kind, if it is about the present version."""
    return _current(body, (body.get("status") or {}).get("conditions") or [], kind)


def parent_condition(route: Json, controller: str, kind: str) -> Json:
    """Return a route's condition as written by `controller`, if about the present version."""
    parents: list[Json] = (route.get("status") or {}).get("parents") or []
    mine = [parent for parent in parents if parent.get("controllerName") == controller]
    found = [_current(route, parent.get("conditions") or [], kind) for parent in mine]
    return next((entry for entry in found if entry), {})


def is_true(entry: Json) -> bool:
    """Tell whether a condition is there and true."""
    return entry.get("status") == "True"


def is_in_charge(gateway: Json) -> bool:
    """Tell whether a controller has taken the present version of a Gateway."""
    return is_true(condition(gateway, "Accepted"))


def is_programmed(gateway: Json) -> bool:
    """Tell whether a Gateway is accepted and programmed, and has an address."""
    programmed = is_true(condition(gateway, "Programmed"))
    return is_in_charge(gateway) and programmed and has_address(gateway)


def has_address(gateway: Json) -> bool:
    """Tell whether a Gateway's status has an address."""
    return bool((gateway.get("status") or {}).get("addresses"))


def is_routed(route: Json, controller: str) -> bool:
    """Tell whether a route is accepted with all its references resolved."""
    return all(
        is_true(parent_condition(route, controller, kind)) for kind in ("Accepted", "ResolvedRefs")
    )


def said(entry: Json) -> str:
    """Return what a condition says, for people."""
    if not entry:
        return "nothing"
    text = f"{entry.get('type')}={entry.get('status')} ({entry.get('reason') or 'no reason'})"
    return f"{text}: {entry['message']}" if entry.get("message") else text


def _current(body: Json, conditions: list[Json], kind: str) -> Json:
    """Return a condition if it is about the present version; of the first one it may not say so."""
    generation = (body.get("metadata") or {}).get("generation", 0)
    found: Json = next((entry for entry in conditions if entry.get("type") == kind), {})
    about = found.get("observedGeneration") or 1
    return found if about == generation else {}
