"""The text format in which metrics are exposed, read strictly (pure).

Reads the Prometheus text format and what OpenMetrics adds to it. A line that is neither is an
error that carries its number and words, since "the page is malformed" helps nobody.
"""

from __future__ import annotations

import re

from msgspec import Struct

from plimsoll.errors import PlimsollError

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE)
_TYPES = frozenset(
    {"counter", "gauge", "histogram", "summary", "untyped"}
    | {"unknown", "info", "stateset", "gaugehistogram"}
)
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


class MalformedError(PlimsollError):
    """A line of a page is not in the format. `line` counts from 1."""

    def __init__(self, line: int, text: str, why: str) -> None:
        super().__init__(
            f"line {line} is not in the Prometheus text format: {why}: {text[:120]!r}",
            next_step="`promtool check metrics` says the same of the page",
        )
        self.line = line
        self.text = text[:120]
        self.why = why


class Sample(Struct, frozen=True, kw_only=True):
    """One value of one series."""

    name: str
    labels: dict[str, str]
    value: float
    timestamp: float | None = None
    """In the page's own unit: milliseconds in Prometheus' format, seconds in OpenMetrics."""


class Page(Struct, frozen=True, kw_only=True):
    """What one scrape says."""

    samples: tuple[Sample, ...] = ()
    types: dict[str, str] = {}
    """The type of each metric that has a TYPE line."""
    described: frozenset[str] = frozenset()
    """Metrics that have a HELP or TYPE line."""


class _Reader:
    """Reads one line from left to right."""

    def __init__(self, number: int, text: str) -> None:
        self._number, self._text, self._at = number, text, 0

    def fail(self, why: str) -> MalformedError:
        return MalformedError(self._number, self._text, why)

    def blanks(self) -> None:
        while self._text[self._at : self._at + 1] in {" ", "\t"}:
            self._at += 1

    def take(self, literal: str) -> bool:
        self.blanks()
        if self._text.startswith(literal, self._at):
            self._at += len(literal)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> str | None:
        self.blanks()
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found[1] if pattern is _QUOTED else found[0]

    def rest(self) -> str:
        return self._text[self._at :].strip()

    def number(self, what: str) -> float:
        word = self.match(_NUMBER)
        following = self._text[self._at : self._at + 1]
        if word is None or following not in {"", " ", "\t"}:
            raise self.fail(f"{what} is not a number")
        return float(word)


def parse(text: str) -> Page:
    """Return what a page says. Raises MalformedError for the first line that is not in format."""
    samples: list[Sample] = []
    types: dict[str, str] = {}
    described: set[str] = set()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip("\r").strip(" \t")
        if not line:
            continue
        reader = _Reader(number, line)
        if line.startswith("#"):
            _comment(reader, line, types, described)
        else:
            samples.append(_sample(reader))
    return Page(samples=tuple(samples), types=types, described=frozenset(described))


def _comment(reader: _Reader, line: str, types: dict[str, str], described: set[str]) -> None:
    words = line[1:].split(None, 2)
    if len(words) < 2 or words[0] not in {"HELP", "TYPE"}:
        return
    keyword, name = words[0], words[1].strip('"')
    if words[1] == name and not _NAME.fullmatch(name):
        raise reader.fail(f"{name!r} is not the name of a metric")
    described.add(name)
    if keyword == "TYPE":
        kind = words[2].strip() if len(words) > 2 else ""
        if kind not in _TYPES:
            raise reader.fail(f"{kind!r} is not a type of metric")
        if name in types:
            raise reader.fail(f"a second TYPE of {name}")
        types[name] = kind


def _sample(reader: _Reader) -> Sample:
    name = reader.match(_NAME) or ""
    labels: dict[str, str] = {}
    if reader.take("{"):
        name = _labels(reader, name, labels)
    if not name:
        raise reader.fail("it does not begin with the name of a metric")
    value = reader.number("the value")
    stamp: float | None = None
    if reader.rest() and not reader.rest().startswith("#"):
        stamp = reader.number("the timestamp")
    if reader.rest() and not reader.take("# {"):
        raise reader.fail("something follows the value")
    return Sample(name=name, labels=labels, value=value, timestamp=stamp)


def _labels(reader: _Reader, name: str, labels: dict[str, str]) -> str:
    """Read labels up to the closing brace; return the metric's name, which may stand in them."""
    while not reader.take("}"):
        quoted = reader.match(_QUOTED)
        key = quoted if quoted is not None else reader.match(_NAME)
        if not key:
            raise reader.fail("a label has no name")
        if reader.take("="):
            value = reader.match(_QUOTED)
            if value is None:
                raise reader.fail(f"the value of the label {key} is not in quotes")
            if key in labels:
                raise reader.fail(f"the label {key} stands twice")
            labels[key] = re.sub(r"\\.", _unescaped, value)
        elif quoted is not None and not name:
            name = quoted
        else:
            raise reader.fail(f"the label {key} has no value")
        if not reader.take(",") and not reader.rest().startswith("}"):
            raise reader.fail("labels are not separated by commas, or not closed")
    return name


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], match[0])
