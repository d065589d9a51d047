"""What a fact keeps of Gateways and routes: no address, and no message that only says what is well.

Cloud controllers write host names and account numbers there, which must not be published.
"""

from __future__ import annotations

import re
from typing import Any

from plimsoll.harness.redaction import REMOVED
from plimsoll.harness.slim import slim

Json = dict[str, Any]

_CLOUD_ID = re.compile(r"\barn:\S+|\bprojects/\S+|/subscriptions/\S+")


def slim_gateway_api(obj: Json) -> Json:
    """Return what a fact keeps of a Gateway or a route."""
    kept = slim(obj)
    status = dict(kept.get("status") or {})
    if addresses := status.get("addresses"):
        status["addresses"] = [{"type": entry.get("type", "")} for entry in addresses]
    for part in ("parents", "listeners"):
        if entries := status.get(part):
            status[part] = [entry | _conditions(entry) for entry in entries]
    return kept | {"status": status | _conditions(status)}


def _conditions(body: Json) -> Json:
    entries: list[Json] = body.get("conditions") or []
    return {"conditions": [_condition(entry) for entry in entries]} if entries else {}


def _condition(entry: Json) -> Json:
    message = str(entry.get("message") or "")
    said = "" if entry.get("status") == "True" else _CLOUD_ID.sub(REMOVED, message)
    return entry | {"message": said}
