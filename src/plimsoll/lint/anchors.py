"""Which anchors a Markdown page has on GitHub (pure).

Headings get theirs from their words: lower case, punctuation dropped, spaces as hyphens, a number
for the second of the same; HTML tags give theirs by `id` and `name`. Where GitHub's own reading is
not certain more anchors are listed than there are: a missing one must really be missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

MOST_CHARACTERS = 1 << 20
"""Longer pages are not looked through."""
MOST_OF_A_HEADING = 500
"""Characters of a heading that are read."""

_HTML = re.compile(r"<[a-zA-Z][^<>]{0,400}?\b(?:id|name)\s{0,3}=\s{0,3}[\"']?([^\"'\s<>]{1,200})")
_DROPPED = re.compile(r"[^\w\- ]")
_LINES = re.compile(r"L(\d{1,7})(?:C\d{1,5})?(?:-L?(\d{1,7})(?:C\d{1,5})?)?")
_ALWAYS = frozenset({"", "top", "readme"})


class Page(Struct, frozen=True):
    """What can be pointed at in a text."""

    lines: int = 0
    anchors: frozenset[str] | None = None
    """In lower case; None where they were not looked for."""

    def has(self, anchor: str) -> bool:
        """Whether the page has the anchor, as it stands in an address after `#`."""
        wanted = unquote(anchor).lower().removeprefix("user-content-")
        if self.anchors is None or wanted in _ALWAYS or wanted.startswith(":~:"):
            return True
        return wanted in self.anchors


def page(text: str) -> Page:
    """Return what can be pointed at in `text`."""
    lines = text.count("\n") + (not text.endswith("\n"))
    return Page(lines, anchors(text) if len(text) <= MOST_CHARACTERS else None)


def anchors(markdown: str) -> frozenset[str]:
    """Return the anchors of a page, in lower case."""
    named = (found.lower() for found in _HTML.findall(markdown))
    return frozenset((*_numbered(_headings(markdown)), *named))


def last_line(anchor: str) -> int:
    """Return the last line that an anchor like L10 or L10-L20 names; 0 for another anchor."""
    found = _LINES.fullmatch(anchor)
    return max(int(number) for number in found.groups() if number) if found else 0


def slug(words: str) -> str:
    """Return the anchor of a heading with these words."""
    return _DROPPED.sub("", words.strip().lower()).replace(" ", "-")


def _headings(markdown: str) -> Iterator[tuple[str, ...]]:
    """Yield for each heading the texts that its anchor may come from."""
    parser = MarkdownIt("commonmark")
    blocks = MarkdownIt("commonmark")
    blocks.core.ruler.enableOnly(["normalize", "block"])
    inside = False
    for token in blocks.parse(markdown):
        if token.type == "inline" and inside:
            content = token.content[:MOST_OF_A_HEADING]
            yield tuple(dict.fromkeys((_words(parser.parseInline(content)), content)))
        inside = token.type == "heading_open"


def _words(tokens: Iterable[Token]) -> str:
    shown = {"text", "code_inline"}
    inner = (each for token in tokens for each in token.children or ())
    return "".join(each.content if each.type in shown else _space(each) for each in inner)


def _space(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else ""


def _numbered(headings: Iterable[tuple[str, ...]]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for texts in headings:
        for name in {slug(text) for text in texts}:
            number = seen[name]
            seen[name] += 1
            yield f"{name}-{number}" if number else name
