"""What is known of a link after it was tried."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How a link stands."""

    ALIVE = "alive"
    MOVED = "moved"
    """It answers, behind redirects that say that they are permanent."""
    DEAD = "dead"
    UNKNOWN = "unknown"
    """It was not reached, for a reason that says nothing about the page."""


class Answer(Struct, frozen=True, kw_only=True):
    """One link's answer."""

    state: State
    detail: str = ""
    """What happened, to follow "the link": `answers 404`."""
    target: str = ""
    """Where a moved page is now."""
    at: float = 0.0
    """When it was asked, in seconds since 1970."""
