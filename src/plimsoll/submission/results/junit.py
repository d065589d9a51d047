"""JUnit: expat itself, for its speed and its line numbers.

A document type is refused before anything of it is used, so no entity is ever expanded.
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from plimsoll.submission.results.model import (
    MESSAGE,
    MOST_CASES,
    BadResultsError,
    Case,
    Outcome,
    Results,
)

_BY_ELEMENT = {
    "skipped": Outcome.SKIPPED,
    "failure": Outcome.FAILED,
    "error": Outcome.FAILED,
}
_BY_STATUS = {
    "skipped": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
    "disabled": Outcome.SKIPPED,
    "notrun": Outcome.SKIPPED,
    "failed": Outcome.FAILED,
    "error": Outcome.FAILED,
    "panicked": Outcome.FAILED,
    "interrupted": Outcome.FAILED,
    "aborted": Outcome.FAILED,
    "timedout": Outcome.FAILED,
}
_ROOTS = {"testsuite", "testsuites"}
_ELEMENTS = {"testcase", "testsuite", *_BY_ELEMENT}


def read(data: bytes, name: str) -> Results | None:
    """Return the results of a JUnit file; None for any other. Raises BadResultsError."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"<") or b"<testsuite" not in data:
        return None
    reader = _Reader(name)
    try:
        reader.parser.Parse(data, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        if reader.root and reader.root not in _ROOTS:
            return None
        raise BadResultsError(
            f"{name}:{error.lineno} is not well-formed XML: {expat.ErrorString(error.code)}",
            next_step="give the JUnit file as the suite wrote it",
        ) from None
    except (LookupError, ValueError) as error:
        raise BadResultsError(f"{name} cannot be decoded: {error}") from None
    if reader.root not in _ROOTS:
        return None
    return Results(form="junit", cases=tuple(reader.cases), date=reader.date)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.root = ""
        self.date = ""
        self.cases: list[Case] = []
        self._suite = ""
        self._case: dict[str, str] | None = None
        self._line = 0
        self._ended: Outcome | None = None
        self._message = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype

    def _doctype(self, *_: object) -> NoReturn:
        raise BadResultsError(
            f"{self.name}:{self.parser.CurrentLineNumber} declares a document type or an entity: "
            "not read",
            next_step="test results need neither; give the file as the suite wrote it",
        )

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if not self.root:
            self.root = element
        if element not in _ELEMENTS:
            return
        if element == "testcase":
            self._case = attributes
            self._line = self.parser.CurrentLineNumber
            self._ended = None
            self._message = ""
        elif element == "testsuite":
            self._suite = attributes.get("name", "")
            self.date = self.date or attributes.get("timestamp", "")
        elif self._case is not None and self._ended is not Outcome.FAILED:
            self._ended = _BY_ELEMENT[element]
            self._message = attributes.get("message", "")[:MESSAGE]

    def _end(self, element: str) -> None:
        if element != "testcase" or self._case is None:
            return
        status = self._case.get("status", "").lower()
        outcome = self._ended or _BY_STATUS.get(status, Outcome.PASSED)
        self.cases.append(
            Case(
                name=self._case.get("name", ""),
                outcome=outcome,
                line=self._line,
                suite=self._suite,
                message="" if self._message == outcome else self._message,
            )
        )
        self._case = None
        if len(self.cases) > MOST_CASES:
            raise BadResultsError(f"{self.name} lists more than {MOST_CASES} tests: not read")
