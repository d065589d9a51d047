"""What a check must know of a node autoscaler, whatever it is (pure).

Nobody drives an autoscaler: a pod that waits does. So an adapter only recognises one by what it
leaves in the cluster, and says which accelerators its pools name and when an idle node goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

Json = dict[str, Any]

ALL_POOLS = ""
"""Stands for every pool, where an autoscaler treats them alike."""


class Seen(Struct, frozen=True, kw_only=True):
    """What adapters look at; what may not be read is empty."""

    nodes: tuple[Json, ...] = ()
    node_pools: tuple[Json, ...] = ()
    """NodePools of karpenter.sh."""
    deployments: tuple[Json, ...] = ()
    status: Json = {}
    """The ConfigMap in which Cluster Autoscaler writes what it does."""
    kinds: frozenset[str] = frozenset()
    """The kinds that the cluster serves, as `plural.group`."""


class Autoscaler(Struct, frozen=True, kw_only=True):
    """One autoscaler, as far as it can be seen from inside."""

    name: str
    signs: tuple[str, ...]
    """How it was seen."""
    version: str = ""
    certain: bool = True
    """False: the nodes are of a service that has one, which may be off."""
    names: tuple[str, ...] = ()
    """Keys of its pools' taints, which often name an accelerator's resource."""
    pool_label: str = ""
    """The node label that carries the name of the pool."""
    idle: dict[str, float] = {}
    """Seconds after which an idle node goes, by pool; see ALL_POOLS."""

    def idle_seconds(self, node: Json) -> float | None:
        """Return after how many seconds this node goes when it is idle; None: not known."""
        labels = node["metadata"].get("labels") or {}
        pool = str(labels.get(self.pool_label, ALL_POOLS)) if self.pool_label else ALL_POOLS
        return self.idle.get(pool)


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float | None:
    """Return what a duration such as `30s`, `1h30m` or `10m` means; None for other words."""
    total, digits = 0.0, ""
    for letter in text:
        if letter.isdigit() or letter == ".":
            digits += letter
        elif letter in _UNITS and digits:
            total += float(digits) * _UNITS[letter]
            digits = ""
        else:
            return None
    return total if text and not digits else None


def labels(node: Json) -> dict[str, str]:
    """Return the labels of a node."""
    found: dict[str, str] = node["metadata"].get("labels") or {}
    return found


def images(deployment: Json) -> list[str]:
    """Return the images of a Deployment's containers."""
    return [str(entry.get("image", "")) for entry in _containers(deployment)]


def arguments(deployment: Json) -> list[str]:
    """Return the command lines of a Deployment's containers, word by word."""
    return [
        str(word)
        for entry in _containers(deployment)
        for word in (*(entry.get("command") or []), *(entry.get("args") or []))
    ]


def tag(image: str) -> str:
    """Return the version in an image's reference, or nothing."""
    name = image.partition("@")[0].rpartition("/")[2]
    return name.partition(":")[2]


def names_part(image: str, word: str) -> bool:
    """Tell whether the last part of an image's path is `word`, whatever its registry and tag."""
    return word in image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def counted(things: Iterable[object], noun: str) -> str:
    """Return a number with its noun: `1 NodePool`, `2 NodePools`."""
    number = len(list(things))
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _containers(deployment: Json) -> list[Json]:
    spec = (deployment.get("spec") or {}).get("template", {}).get("spec") or {}
    found: list[Json] = spec.get("containers") or []
    return found
