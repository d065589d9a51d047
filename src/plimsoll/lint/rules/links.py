"""What only the network can say; found with `--online` alone."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint.context import Context
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.submission import Severity


def _offline(_: Context) -> Iterator[Hit]:
    """Yield nothing: `plimsoll.lint.online` makes these findings."""
    return iter(())


rule(
    "link-dead",
    title="Links answer",
    why="evidence that cannot be read is none; the official validator tries every link",
    fix="correct the link, or link a copy that stays",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)(_offline)

rule(
    "link-moved",
    title="Links lead straight to the page",
    why="a permanent redirect works until the old host is switched off",
    fix="write the address where it ends",
    severity=Severity.NOTE,
)(_offline)

rule(
    "link-unchecked",
    title="Links could be tried",
    why="nothing is known about this link: the host asked to wait, was not reached in time, or "
    "lies in a private network, which is never asked",
    fix="open it yourself, or run this again later",
    severity=Severity.NOTE,
)(_offline)
