"""What `go test` writes: events as JSON lines (`-json`), or a log (`-v`)."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from plimsoll.submission.results.model import (
    MESSAGE,
    MOST_CASES,
    BadResultsError,
    Case,
    Outcome,
    Results,
)

_BY_ACTION = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "skip": Outcome.SKIPPED}
_BY_WORD = {"PASS": Outcome.PASSED, "FAIL": Outcome.FAILED, "SKIP": Outcome.SKIPPED}

_ENDED = re.compile(
    r"^(?:\d{4}-\d\d-\d\dT[\d:.]{8,20}Z? )?(?P<indent>[ \t]{0,80})--- (?P<word>PASS|FAIL|SKIP): "
    r"(?P<name>\S+)(?: \([\d.]+m?s\))?\s*$"
)
_LOGGED = re.compile(r"^[ \t]{1,80}(?P<where>[\w.-]{1,200}\.go:\d{1,7}): (?P<text>.*)")


class _Event(Struct, frozen=True):
    action: str = msgspec.field(name="Action")
    time: str = msgspec.field(name="Time", default="")
    package: str = msgspec.field(name="Package", default="")
    test: str = msgspec.field(name="Test", default="")
    output: str = msgspec.field(name="Output", default="")


_EVENTS = msgspec.json.Decoder(_Event)


def read(data: bytes, name: str) -> Results | None:
    """Return the results that `go test` wrote; None for any other. Raises BadResultsError."""
    if data[:512].lstrip().startswith(b"{") and b'"Action"' in data[:4096]:
        return _json(data, name)
    return _log(data, name) if b"--- " in data else None


def _json(data: bytes, name: str) -> Results | None:
    reader = _Reader()
    for number, line in enumerate(data.split(b"\n"), 1):
        # the tool's own output may stand between its events
        if not line.startswith(b"{"):
            continue
        try:
            reader.take(_EVENTS.decode(line), number)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            if not reader.events:
                return None
            raise BadResultsError(
                f"{name}:{number} is not an event of go test: {error}",
                next_step="give the file as `go test -json` wrote it",
            ) from None
        _bounded(len(reader.cases), name)
    return Results(form="go-test-json", cases=tuple(reader.finished()), date=reader.date)


class _Reader:
    """Gathers events into cases."""

    def __init__(self) -> None:
        self.events = 0
        self.date = ""
        self.cases: list[Case] = []
        self._running: dict[tuple[str, str], int] = {}
        self._said: dict[tuple[str, str], str] = {}

    def take(self, event: _Event, line: int) -> None:
        self.events += 1
        self.date = self.date or event.time
        if not event.test:
            return
        key = (event.package, event.test)
        outcome = _BY_ACTION.get(event.action)
        if outcome is not None:
            self._running.pop(key, None)
            said = self._said.pop(key, "") if outcome is not Outcome.PASSED else ""
            self.cases.append(
                Case(name=event.test, outcome=outcome, line=line, suite=event.package, message=said)
            )
        elif event.action == "run":
            self._running[key] = line
        elif event.action == "output" and event.output.startswith("    "):
            text = event.output.strip()
            if text and not text.startswith("---"):
                self._said[key] = text[:MESSAGE]

    def finished(self) -> list[Case]:
        """Return the cases, those that never ended as failed."""
        return self.cases + [
            Case(name=test, outcome=Outcome.FAILED, line=line, suite=package, message="never ended")
            for (package, test), line in self._running.items()
        ]


def _log(data: bytes, name: str) -> Results | None:
    text = data.decode("utf-8", "replace")
    cases: list[Case] = []
    before, told = "", False
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        found = _ENDED.match(line) if "--- " in line else None
        if found is None:
            logged = _LOGGED.match(line) if ".go:" in line else None
            if line.startswith("=== "):
                before, told = "", False
            elif logged and not told:
                before = logged["text"]
            continue
        outcome = _BY_WORD[found["word"]]
        after = _LOGGED.match(lines[number]) if number < len(lines) else None
        said = (after["text"] if after else before) if outcome is not Outcome.PASSED else ""
        message = said.strip()[:MESSAGE]
        cases.append(Case(name=found["name"], outcome=outcome, line=number, message=message))
        before, told = "", after is not None
        _bounded(len(cases), name)
    return Results(form="go-test-log", cases=tuple(cases)) if cases else None


def _bounded(count: int, name: str) -> None:
    if count > MOST_CASES:
        raise BadResultsError(f"{name} lists more than {MOST_CASES} tests: not read")
