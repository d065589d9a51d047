"""Policies: decisions written in Python.

A policy is a function of one argument, what is known of a request and of every candidate. It
returns the index of a candidate, or None for the built-in choice. It is named by an entry point of
the group `plimsoll.policies` or as `module:function`. That one which raises, is late or answers
nonsense does no harm is the data plane's work.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.findings import did_you_mean

GROUP = "plimsoll.policies"


class PolicyView(Protocol):
    """One request and its candidates. Sequences have one value for each candidate, in one order.

    Keep a sequence in a variable when it is used more than once: it may be made at each access.
    """

    @property
    def addresses(self) -> Sequence[str]:
        """`host:port` of each."""

    @property
    def matched_blocks(self) -> Sequence[float]:
        """Leading blocks of the prompt that each is believed to hold, 0 to `blocks`."""

    @property
    def in_flight(self) -> Sequence[float]:
        """Requests that this router has at each."""

    @property
    def in_flight_tokens(self) -> Sequence[float]:
        """Prompt tokens of those requests, without what was believed to be cached."""

    @property
    def waiting(self) -> Sequence[float]:
        """Requests that wait in each, by its own metrics."""

    @property
    def running(self) -> Sequence[float]:
        """Requests that each works on, by its own metrics."""

    @property
    def kv_usage(self) -> Sequence[float]:
        """Share of each key-value cache in use, 0 to 1."""

    @property
    def scores(self) -> Sequence[float]:
        """The built-in scores, weighted and summed."""

    @property
    def best(self) -> int:
        """Index of the built-in choice."""

    @property
    def blocks(self) -> int:
        """Blocks of the prompt."""

    @property
    def prompt_tokens(self) -> int:
        """Estimated tokens of the prompt."""

    @property
    def model(self) -> str:
        """Model asked for; empty when the request names none."""

    def __len__(self) -> int:
        """Return the number of candidates."""


Policy = Callable[[PolicyView], int | None]


def load_policy(reference: str) -> Policy:
    """Return the policy that an entry point or `module:function` names.

    Raises UsageError when there is none of that name, PlimsollError when it cannot be loaded.
    """
    if ":" in reference:
        return _imported(reference)
    known = {each.name: each for each in entry_points(group=GROUP)}
    if reference not in known:
        raise UsageError(
            f"there is no policy {reference!r}",
            next_step=did_you_mean(reference, known)
            or f"write module:function, or install a package with an entry point of {GROUP}",
        )
    try:
        found = known[reference].load()
    except Exception as error:  # importing runs anybody's code
        raise _broken(reference, error) from error
    return _callable(reference, found)


def _imported(reference: str) -> Policy:
    module_name, _, function = reference.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and module_name.split(".")[0] == error.name.split(".")[0]:
            raise UsageError(
                f"--policy {reference}: there is no module {error.name}",
                next_step=f"install it, or run where {module_name.split('.')[0]}.py is",
            ) from error
        raise _broken(reference, error) from error
    except Exception as error:  # importing runs anybody's code
        raise _broken(reference, error) from error
    found = module
    for name in function.split("."):
        if not hasattr(found, name):
            public = [each for each in dir(found) if not each.startswith("_")]
            raise UsageError(
                f"--policy {reference}: {module_name} has no {name or 'function'}",
                next_step=did_you_mean(name, public),
            )
        found = getattr(found, name)
    return _callable(reference, found)


def _callable(reference: str, found: object) -> Policy:
    if not callable(found):
        raise UsageError(
            f"--policy {reference} is no function", next_step="name a function of one argument"
        )
    return found


def _broken(reference: str, error: Exception) -> PlimsollError:
    return PlimsollError(
        f"the policy {reference} cannot be loaded: {type(error).__name__}: {error}",
        next_step="correct it; it must be importable without side effects",
    )
