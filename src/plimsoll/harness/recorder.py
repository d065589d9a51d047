"""Writes facts, in order, redacted, each flushed before the next step is taken.

One recorder serves a whole run; every check writes through its own `for_requirement` view. A fact
is on disk as soon as `add` returns, so a run that dies leaves everything it saw.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.harness.redaction import Redactor
from plimsoll.record.facts import FactBase, encode_fact

FactT = TypeVar("FactT", bound=FactBase)


class RecorderError(PlimsollError):
    """The facts could not be written."""


class FactFile:
    """The file `facts.jsonl` of one run, which sequences facts of all its checks."""

    def __init__(
        self, path: Path, redactor: Redactor, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = path
        self.redactor = redactor
        self._clock = clock
        self._sequence = 0
        self._last = 0.0
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise _cannot_write(path, error) from error

    def write(self, fact_type: type[FactT], requirement: str, fields: dict[str, Any]) -> FactT:
        """Write one fact and return it as it was written. Raises RecorderError."""
        if self._file.closed:
            raise RecorderError(
                f"a fact came after {self.path} was closed",
                next_step="this is a fault in Plimsoll; please report it",
            )
        self._last = max(self._last, self._clock())
        plain = self.redactor.redact(msgspec.to_builtins(fields))
        fact = msgspec.convert(
            {
                **plain,
                "fact": fact_type.__struct_config__.tag,
                "sequence": self._sequence + 1,
                "time": round(self._last, 6),
                "requirement": requirement,
            },
            fact_type,
        )
        try:
            self._file.write(encode_fact(fact))  # type: ignore[arg-type]
            self._file.flush()
        except OSError as error:
            raise _cannot_write(self.path, error) from error
        self._sequence += 1
        return fact

    def close(self) -> None:
        """Close the file; no fact can be added afterwards."""
        self._file.close()


class Recorder:
    """Where one check, or with an empty requirement the run itself, writes its facts."""

    def __init__(self, file: FactFile, requirement: str = "") -> None:
        self.file = file
        self.requirement = requirement

    def add(self, fact_type: type[FactT], /, **fields: Any) -> FactT:
        """Write a fact of `fact_type`; sequence, time and requirement are filled in.

        Returns the fact as written, that is, redacted.
        """
        return self.file.write(fact_type, self.requirement, fields)

    def for_requirement(self, requirement: str) -> Recorder:
        """Return a recorder into the same file for one requirement."""
        return Recorder(self.file, requirement)


def _cannot_write(path: Path, error: OSError) -> RecorderError:
    return RecorderError(
        f"{path} cannot be written: {error.strerror or error}",
        next_step="free some space there, or give another folder with --out",
    )
