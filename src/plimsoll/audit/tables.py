"""Tables as command-line tools print them: a header in capitals, columns by position (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_TITLE = re.compile(r"[A-Z][A-Z()/%-]*(?: [A-Z][A-Z()/%-]*)*")
_HEADER = re.compile(r"^\s*[A-Z][A-Z()/%-]*(?: [A-Z]+)*(?:\s{2,}[A-Z][A-Z()/%-]*(?: [A-Z]+)*)+\s*$")


def rows(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of every table in `lines` (number and text), each by its columns' titles.

    A column's value is what starts within its width; an empty one is empty.
    """
    columns: list[tuple[str, int, int]] = []
    before = -2
    for number, line in lines:
        if len(line) < 500 and _HEADER.match(line):
            columns = _columns(line)
        elif columns and number == before + 1:
            yield number, {title: line[start:end].strip() for title, start, end in columns}
        else:
            columns = []
        before = number


def _columns(header: str) -> list[tuple[str, int, int]]:
    found = [(match[0], match.start()) for match in _TITLE.finditer(header)]
    starts = [start for _, start in found[1:]]
    return [
        (title, start, end)
        for (title, start), end in zip(found, [*starts, len(header) + 400], strict=True)
    ]
