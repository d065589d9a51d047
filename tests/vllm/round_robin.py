"""A policy that knows nothing of the engines: each in turn. What routing has to beat."""

from __future__ import annotations

import itertools

from plimsoll.router.policy import PolicyView

_TURNS = itertools.count()


def choose(view: PolicyView) -> int:
    """Return the next endpoint."""
    addresses = list(view.addresses)
    order = sorted(range(len(addresses)), key=addresses.__getitem__)
    return order[next(_TURNS) % len(order)]
