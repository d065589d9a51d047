"""When may events of a watch be missing? One pure rule.

A watch continues without a gap when it is resumed at the version of the last event or bookmark that
it saw. When the server no longer has that version (410), or says anything else that is wrong with
the stream, everything is listed again and what happened in between is unknown: that is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

Json = dict[str, Any]


class Seen(Struct, frozen=True, kw_only=True):
    """One object as the watch saw it. `type`: EXISTING, ADDED, MODIFIED or DELETED."""

    type: str
    object: Json


class Gap(Struct, frozen=True, kw_only=True):
    """Events may be missing; the watch must list again before it goes on."""

    reason: str


class Continuity:
    """The state of one watch: which objects it knows and from where it may be resumed."""

    def __init__(self) -> None:
        self.version = ""
        """Where the watch may be resumed; empty: it must list."""
        self.objects: dict[str, Json] = {}
        """What is known to exist, by uid."""
        self._gone: set[str] = set()

    def listed(self, items: Iterable[Json], version: str) -> list[Seen]:
        """Take in a list, and return what it shows that was not known."""
        now = {item["metadata"]["uid"]: item for item in items}
        gone = [
            Seen(type="DELETED", object=obj) for uid, obj in self.objects.items() if uid not in now
        ]
        new = [
            Seen(type="EXISTING" if uid not in self.objects else "MODIFIED", object=obj)
            for uid, obj in now.items()
            if uid not in self.objects or _version(self.objects[uid]) != _version(obj)
        ]
        self._gone.update(self.objects.keys() - now.keys())
        self.objects, self.version = now, version
        return gone + new

    def includes(self, items: Iterable[Json], version: str) -> bool:
        """Tell whether all that a later list, at `version`, shows was seen here too."""
        now = {item["metadata"]["uid"]: _version(item) for item in items}
        arrived = all(
            uid in self._gone  # deleted after it was listed: its end was seen, too
            or (uid in self.objects and _at_least(_version(self.objects[uid]), listed))
            for uid, listed in now.items()
        )
        went = all(
            uid in now or _at_least(_version(obj), version) for uid, obj in self.objects.items()
        )
        return arrived and went

    def received(self, event: Json) -> Seen | Gap | None:
        """Take in one event of the stream; None means that there is nothing to tell (bookmark)."""
        kind, obj = event.get("type"), event.get("object") or {}
        if kind == "ERROR":
            self.version = ""
            return Gap(reason=f"{obj.get('code', 'error')}: {obj.get('message', 'no message')}")
        if kind == "BOOKMARK":
            self.version = _version(obj)
            return None
        if kind not in {"ADDED", "MODIFIED", "DELETED"} or not _version(obj):
            self.version = ""
            return Gap(reason=f"an event of unknown type {kind!r}")
        self.version = _version(obj)
        uid = obj["metadata"]["uid"]
        if kind == "DELETED":
            self.objects.pop(uid, None)
            self._gone.add(uid)
        else:
            self.objects[uid] = obj
        return Seen(type=kind, object=obj)

    def refused(self, code: int, message: str) -> Gap | None:
        """Take in that resuming was refused; None means that it may be tried again as it is."""
        if code in {0, 429, 500, 502, 503, 504}:
            return None
        self.version = ""
        return Gap(reason=f"{code}: {message}")


def _version(obj: Json) -> str:
    return str((obj.get("metadata") or {}).get("resourceVersion") or "")


def _at_least(version: str, other: str) -> bool:
    """Compare two resourceVersions, which are decimal numbers wherever they can be compared."""
    return version == other or (version.isdigit() and other.isdigit() and int(version) > int(other))
