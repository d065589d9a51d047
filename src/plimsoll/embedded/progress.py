"""What happens while a platform starts, as small events that any front end can draw.

The supervisor writes them to a file, one JSON object a line; `up` reads them from there. Builds and
images report straight to the caller.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One stage has begun, moved, ended or failed."""

    stage: str
    """What is being done, in words for people; the same text from begin to end."""
    state: str
    """begun, moved, done or failed; `reached` and `stuck` end a whole revision."""
    detail: str = ""
    seconds: float = 0.0
    """Since the stage began."""
    usual: float = 0.0
    """How long the stage usually takes, 0 if unknown."""
    revision: int = 0


Report = Callable[[Event], None]


def silent(_event: Event) -> None:
    """Report nothing."""


class Stages:
    """Reports stages with their times; may be used from several threads."""

    def __init__(self, report: Report, revision: int = 0) -> None:
        self._report = report
        self._revision = revision

    @contextmanager
    def stage(self, name: str, usual: float = 0.0) -> Iterator[Callable[[str], None]]:
        """Report a stage around the block; the value reports details while it runs."""
        begun = time.monotonic()
        said = [""]

        def moved(detail: str) -> None:
            if detail != said[0]:
                said[0] = detail
                tell("moved", detail)

        def tell(state: str, detail: str = "") -> None:
            self._report(
                Event(
                    stage=name,
                    state=state,
                    detail=detail,
                    seconds=round(time.monotonic() - begun, 2),
                    usual=usual,
                    revision=self._revision,
                )
            )

        tell("begun")
        try:
            yield moved
        except BaseException as error:
            tell("failed", str(error))
            raise
        tell("done")


def pause(looked: float, shortest: float) -> None:
    """Sleep before the next look: `shortest` seconds, or twice as long as the last look took.

    `looked` is when that began (time.monotonic). On a slow machine looking takes the processor from
    what is waited for; so it takes at most a third.
    """
    time.sleep(max(shortest, 2 * (time.monotonic() - looked)))


class EventFile:
    """The file through which the supervisor talks to whoever follows it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def append(self, event: Event) -> None:
        """Add one event."""
        with self._lock, self._path.open("ab") as file:
            file.write(msgspec.json.encode(event) + b"\n")

    def read(self, offset: int) -> tuple[list[Event], int]:
        """Return the complete events after byte `offset` and the offset after them."""
        try:
            with self._path.open("rb") as file:
                file.seek(offset)
                content = file.read()
        except FileNotFoundError:
            return [], offset
        complete = content[: content.rfind(b"\n") + 1]
        events = [msgspec.json.decode(line, type=Event) for line in complete.splitlines()]
        return events, offset + len(complete)
