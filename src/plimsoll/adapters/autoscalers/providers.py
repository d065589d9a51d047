"""Where nodes come from, as their provider ids say: a cloud can make more, bare machines cannot."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.adapters.autoscalers.autoscaler import Json

_NO_CLOUD = frozenset({"kind", "k3s", "k3d", "k0s", "rke2", "minikube", "microk8s", "plimsoll"})
"""Schemes that distributions write for machines that they were given."""


def clouds(nodes: Iterable[Json]) -> tuple[str, ...]:
    """Return the schemes of provider ids (`aws`, `gce` ...) behind which machines can be made."""
    ids = [str((node.get("spec") or {}).get("providerID") or "") for node in nodes]
    return tuple(sorted({text.partition(":")[0] for text in ids if text} - _NO_CLOUD))
