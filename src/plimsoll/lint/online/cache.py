"""Answers of earlier runs, so that nobody is asked twice a day for the same page."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from plimsoll.files import replace_file
from plimsoll.lint.online.answer import Answer, State

AGES = {State.ALIVE: 86_400.0, State.MOVED: 86_400.0, State.DEAD: 3_600.0, State.UNKNOWN: 0.0}
"""How long an answer holds, in seconds: what is dead may be mended soon."""


class Cache:
    """A file of answers.

    One that cannot be read counts as empty, one that cannot be written is left: the answers are
    still given, they are only not kept.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._answers: dict[str, Answer] = {}
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            self._answers = msgspec.json.decode(path.read_bytes(), type=dict[str, Answer])

    def get(self, url: str) -> Answer | None:
        """Return what is known of a link and is not too old."""
        found = self._answers.get(url)
        return found if found is not None and self._fresh(found) else None

    def put(self, url: str, answer: Answer) -> None:
        """Keep an answer."""
        self._answers[url] = msgspec.structs.replace(answer, at=self._now())

    def save(self) -> None:
        """Write the file anew, without what is too old."""
        kept = {url: answer for url, answer in self._answers.items() if self._fresh(answer)}
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, msgspec.json.encode(kept), mode=0o600)

    def _fresh(self, answer: Answer) -> bool:
        return 0 <= self._now() - answer.at < AGES[answer.state]
