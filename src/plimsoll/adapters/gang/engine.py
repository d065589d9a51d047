"""What a check must know of a gang engine, whatever the engine is.

An engine is asked for manifests and for its words; creating, watching and judging is the check's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

Json = dict[str, Any]

CPU = "CPU"
EXTENDED_RESOURCE = "extended resource"
DRA_DEVICE = "DRA device"
KINDS = (DRA_DEVICE, EXTENDED_RESOURCE, CPU)
"""Kinds of resource that a gang can want, the most telling first."""


class Mode(Struct, frozen=True, kw_only=True):
    """One way in which an engine can be used."""

    name: str
    counts: tuple[str, ...]
    """The kinds of resource that it says it looks at before it starts a gang."""


class Words(Struct, frozen=True, kw_only=True):
    """How an engine speaks of a gang."""

    resource: str
    """The plural name of the object that it keeps for a gang, for example workloads.kueue..."""
    kind: str
    waits: tuple[str, str]
    """Type and status of the condition that says that the gang waits."""
    starts: tuple[str, str]
    """Type and status of the condition that says that it was let through."""
    quota: tuple[str, ...] = ()
    """Texts in the reason for waiting that name quota."""


class Ask(Struct, frozen=True, kw_only=True):
    """What a gang of the check wants."""

    kind: str
    resource: str
    """Extended resource or device class; `cpu` for CPU."""
    size: int
    """Pods of a gang."""
    slots: int
    """How many such pods fit into what is free."""
    cpu: int
    """Millicores that each pod requests."""
    namespace: str
    stem: str
    """Unique in the run; names of objects for queues begin with it."""


class GangEngine(Protocol):
    """A gang engine that was found on a cluster."""

    @property
    def name(self) -> str:
        """The engine's name."""

    @property
    def version(self) -> str:
        """Its version, or that of its API where the version cannot be read."""

    @property
    def modes(self) -> Sequence[Mode]:
        """The ways to use it, the best one first."""

    @property
    def words(self) -> Words:
        """How it speaks."""

    @property
    def ready(self) -> tuple[str, str] | None:
        """The kind (plural name) among the queue objects, and its condition, to wait for."""

    def queue(self, ask: Ask, mode: str) -> list[Json]:
        """Return what has to be created before gangs: queues of their own, without borrowing."""

    def quota_pods(self, queue: Sequence[Json], ask: Ask) -> int | None:
        """Return how many pods of the gang the stored queue objects admit; None: no quota."""

    def gang(self, ask: Ask, mode: str, name: str, pods: Sequence[Json]) -> list[Json]:
        """Return the objects of one gang, in order; the first one stands for the gang.

        `pods` are `ask.size` manifests of which every one can run alone.
        """

    def mode_seen(self, group: Json, mode: str) -> str:
        """Return the mode that a started gang's object shows; `mode` if it shows nothing else."""
