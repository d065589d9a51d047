"""Kueue as its Go module ships it."""

from __future__ import annotations

from plimsoll.embedded.upstream import Upstream

KUEUE = Upstream(title="Kueue", build="kueue", module="sigs.k8s.io/kueue", component="gang")
