"""Policies: decisions written in Python, and the guard that keeps a bad one from doing harm.

A policy is a function of one argument, what is known of a request and of every candidate. It
returns the index of a candidate, or None for the built-in choice. It is named by an entry point of
the group `plimsoll.policies` or as `module:function`.
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.findings import did_you_mean

GROUP = "plimsoll.policies"
_FIRST_REST = 1.0
_LONGEST_REST = 60.0


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


class PolicyCounts(Struct, kw_only=True):
    """What became of the times that a policy was asked."""

    answered: int = 0
    declined: int = 0
    """It returned None."""
    failed: int = 0
    """It raised."""
    late: int = 0
    """It took longer than allowed; its answer was not used."""
    wrong: int = 0
    """It returned something that is no candidate."""
    rested: int = 0
    """It was not asked, because it had been late before."""

    def __str__(self) -> str:
        counts = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return ", ".join(f"{count} {name}" for name, count in counts if count) or "never asked"


class GuardedPolicy:
    """A policy that cannot do harm: whatever it does, the built-in choice remains.

    After a late answer it is left alone for a second, and twice as long each time, up to a minute;
    an answer in time ends that. Each kind of trouble is said once; that it is late, the data plane
    says, which no longer waits for it then.
    """

    def __init__(
        self,
        policy: Policy,
        name: str,
        timeout_ms: float,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = PolicyCounts()
        self._policy = policy
        self._name = name
        self._timeout = timeout_ms / 1000
        self._say = say
        self._clock = clock
        self._said: set[str] = set()
        self._rest = _FIRST_REST
        self._resting_until = 0.0

    def __call__(self, view: PolicyView) -> int | None:
        """Return the policy's choice, or None when it has none that can be used."""
        begun = self._clock()
        if begun < self._resting_until:
            self.counts.rested += 1
            return None
        try:
            choice = self._policy(view)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (it may be anybody's code)
            self.counts.failed += 1
            self._once("failed", f"raised {type(error).__name__}: {error}")
            return None
        if self._late(self._clock() - begun):
            return None
        return self._checked(choice, len(view))

    def _late(self, seconds: float) -> bool:
        if seconds <= self._timeout:
            self._rest = _FIRST_REST
            return False
        self.counts.late += 1
        self._resting_until = self._clock() + self._rest
        self._rest = min(self._rest * 2, _LONGEST_REST)
        return True

    def _checked(self, choice: object, candidates: int) -> int | None:
        if choice is None:
            self.counts.declined += 1
            return None
        try:
            index = operator.index(choice)  # type: ignore[arg-type]
        except TypeError:
            index = -1
        if isinstance(choice, bool) or not 0 <= index < candidates:
            self.counts.wrong += 1
            self._once("wrong", f"returned {choice!r} for {candidates} candidates")
            return None
        self.counts.answered += 1
        return index

    def _once(self, kind: str, what: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            self._say(f"the policy {self._name} {what}; the built-in choice is used instead")


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
