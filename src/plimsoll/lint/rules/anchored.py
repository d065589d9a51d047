"""Anchors: that the place in a file which an evidence entry names exists."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint import anchors
from plimsoll.lint.context import ARTIFACTS, Context, Entry
from plimsoll.lint.rule import Hit, about, rule

_MARKDOWN = {".md", ".markdown"}


@rule(
    "anchor-missing",
    title="An anchor in a Markdown file exists",
    why="the reader lands at the top of the page and does not find what was meant; anchors are "
    "made from headings as GitHub makes them",
    fix="name a heading's anchor as GitHub shows it, or add the heading",
)
def _(context: Context) -> Iterator[Hit]:
    for entry in _anchored(context):
        reference = entry.reference
        if reference.suffix not in _MARKDOWN or anchors.last_line(reference.anchor):
            continue
        if not context.page(entry.path).has(reference.anchor):
            yield about(entry, f"{entry.path} has no heading or anchor `#{reference.anchor}`")


@rule(
    "line-missing",
    title="A line that is named exists",
    why="the file has changed since the link was made, so the link shows something else",
    fix="name the line again, or the file alone",
)
def _(context: Context) -> Iterator[Hit]:
    for entry in _anchored(context):
        line = anchors.last_line(entry.reference.anchor)
        lines = context.page(entry.path).lines if line else 0
        if line > lines:
            yield about(entry, f"{entry.path} has {lines} lines, not {line}")


def _anchored(context: Context) -> Iterator[Entry]:
    """Yield the entries with an anchor into a text in the folder that holds something."""
    for entry in context.entries:
        if not entry.path or not entry.reference.anchor:
            continue
        if entry.path.rpartition("/")[2].lower() in ARTIFACTS and context.hybrid:
            continue
        found = context.look(entry.path)
        if found.readable and found.size:
            yield entry
