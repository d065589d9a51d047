"""What the check of operators must know of one operator: its kind, its objects, its children.

An operator is asked for manifests and for how it shows that it has done its work; finding it,
creating, watching and judging is done for all alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from msgspec import Struct

from plimsoll.record.reading import value_at

Json = dict[str, Any]


class Child(Struct, frozen=True, kw_only=True):
    """A kind of object that the operator makes for one of its own."""

    resource: str
    """Its plural name, for example `jobs.batch`."""
    kind: str
    repaired: bool = True
    """The operator makes a deleted one again, by design."""


class Ready(Struct, frozen=True, kw_only=True):
    """What a status shows once the operator has done its work: a condition or a value."""

    condition: str = ""
    """A condition of this type with the status `value`."""
    path: tuple[str, ...] = ()
    """Else the value here in the status; numbers count in lists."""
    value: str | int = "True"
    on_child: bool = False
    """It stands in the status of the first child, not in the object's own."""


class Change(Struct, frozen=True, kw_only=True):
    """A change of a running object that must arrive at its child."""

    patch: Json
    kind: str
    path: tuple[str, ...]
    value: str | int | bool


class Ask(Struct, frozen=True, kw_only=True):
    """What the check gives to make objects of."""

    versions: dict[str, str]
    """The apiVersion of each kind that the operator's group serves."""
    namespace: str
    stem: str
    """Unique in the run: names of what all objects share begin with it."""
    pod: Json
    """A pod that idles until it is told to go."""

    def template(self, *, restart: str, limit: bool = True) -> Json:
        """Return the pod's template; with `limit` it ends by itself."""
        spec = deepcopy(self.pod["spec"]) | {"restartPolicy": restart}
        if not limit:
            spec.pop("activeDeadlineSeconds", None)
        return {"metadata": {"labels": dict(self.pod["metadata"]["labels"])}, "spec": spec}


class Operator:
    """One operator that can be driven. Subclasses set the attributes and say their objects."""

    name: str
    """The word after --operator."""
    title: str
    group: str
    """The API group by which it is recognised."""
    kind: str
    """The kind whose objects its webhook must judge."""
    plural: str
    versions: Sequence[str] = ()
    """The versions of its kind that its objects fit, the best first; empty: whatever is served."""
    more_kinds: Sequence[str] = ()
    """Further kinds of the group without which its objects cannot be made."""
    controllers: Sequence[str]
    """Label selectors of its controllers' Deployments; the first that finds any counts."""
    main_resource: str = ""
    """The resource (plural name) of the object that is reconciled; empty: its own kind's."""
    children: Sequence[Child]
    ready: Ready
    wrong_field: tuple[str, ...]
    """Where the wrong object differs from the sound one; numbers count in lists."""
    why_wrong: str
    """Why the wrong object makes no sense, after `an object whose`."""
    change: Change | None = None

    @property
    def resource(self) -> str:
        """The plural name of its kind, with group."""
        return f"{self.plural}.{self.group}"

    @property
    def reconciled(self) -> str:
        """The plural name of the kind of object that it is watched reconciling."""
        return self.main_resource or self.resource

    def before(self, ask: Ask) -> list[Json]:  # noqa: ARG002
        """Return what must exist before its objects."""
        return []

    def sound(self, ask: Ask, name: str) -> Json:
        """Return an object that makes sense, and whose pods are as small as can be."""
        raise NotImplementedError

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return an object that the schema allows and that makes no sense."""
        raise NotImplementedError

    def corrected(self, ask: Ask, name: str) -> Json:
        """Return the wrong object with only the wrong field put right."""
        return self.sound(ask, name)

    def small(self, ask: Ask, name: str) -> Json:
        """Return an object of which many can exist: without pods where that is possible."""
        return self.sound(ask, name)

    def _object(self, ask: Ask, name: str, spec: Json, *, kind: str = "") -> Json:
        return {
            "apiVersion": ask.versions[kind or self.kind],
            "kind": kind or self.kind,
            "metadata": {"name": name, "namespace": ask.namespace},
            "spec": spec,
        }


def changed(obj: Json, path: Sequence[str], value: Any) -> Json:
    """Return a copy of an object with another value at a path that exists."""
    copy = deepcopy(obj)
    inside = value_at(copy, path[:-1])
    inside[int(path[-1]) if isinstance(inside, list) else path[-1]] = value
    return copy
