"""How objects of a run are marked, so that anyone can find and remove them (pure).

Every object carries the run's label; every object of a check also the requirement; all carry the
time after which they are left-overs.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from plimsoll.harness.options import Options

Json = dict[str, Any]

RUN = "plimsoll.dev/run"
REQUIREMENT = "plimsoll.dev/requirement"
ROLE = "plimsoll.dev/role"
EXPIRES = "plimsoll.dev/expires"
MANAGED_BY = {"app.kubernetes.io/managed-by": "plimsoll"}
_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no vowels: no words; no look-alikes


def new_run_id() -> str:
    """Return a short random id, usable in DNS labels and as a label value."""
    return secrets.choice("bcdfghjkmnpqrstvwxz") + "".join(
        secrets.choice(_ALPHABET) for _ in range(5)
    )


def time_text(seconds: float) -> str:
    """Return a time (seconds since the epoch) as it stands in annotations."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> float:
    """Return the seconds since the epoch of an annotation; 0 when it says no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Marks(Struct, frozen=True, kw_only=True):
    """The marks of one check's objects, or with an empty requirement the run's own."""

    run: str
    requirement: str
    expires: str
    options: Options

    def labels(self) -> dict[str, str]:
        """Return the labels of every object."""
        own = {RUN: self.run} | ({REQUIREMENT: self.requirement} if self.requirement else {})
        return {**self.options.labels, **MANAGED_BY, **own}

    def annotations(self) -> dict[str, str]:
        """Return the annotations of every object."""
        return {**self.options.annotations, EXPIRES: self.expires}

    def marked(self, manifest: Json, *, deadline: int) -> Json:
        """Return a copy of `manifest` with marks, also on its templates, that ends by itself.

        Pods and Jobs without a limit of their own get `deadline` seconds.
        """
        marked = copy.deepcopy(manifest)
        for body in (marked, *_templates(marked.get("spec") or {})):
            metadata = body.setdefault("metadata", {})
            metadata["labels"] = self.labels() | (metadata.get("labels") or {})
            metadata["annotations"] = self.annotations() | (metadata.get("annotations") or {})
        spec = marked.get("spec") or {}
        if marked["kind"] == "Pod":
            spec.setdefault("activeDeadlineSeconds", deadline)
        if marked["kind"] == "Job":
            spec.setdefault("activeDeadlineSeconds", deadline)
            spec.setdefault("ttlSecondsAfterFinished", deadline)
        return marked


def is_marked(obj: Json, run: str, namespaces: Collection[str], uids: Collection[str]) -> bool:
    """Tell whether an object is the run's: by label, by namespace of its own, or by owner."""
    metadata = obj.get("metadata") or {}
    if (metadata.get("labels") or {}).get(RUN) == run or metadata.get("namespace") in namespaces:
        return True
    owners = metadata.get("ownerReferences") or []
    return metadata.get("uid") in uids or any(owner.get("uid") in uids for owner in owners)


def _templates(spec: Json) -> Iterator[Json]:
    """Yield the templates in a spec, which become objects of their own."""
    for key, value in spec.items():
        if isinstance(value, dict):
            if key.lower().endswith("template"):
                yield value
            yield from _templates(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from _templates(item)
