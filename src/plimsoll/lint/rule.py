"""What a rule is, and the register of all of them (pure).

A rule is a small function that yields hits. What a reader needs to know about it (why it exists,
who says so, how it is mended) stands beside the function, so the documentation, the help in SARIF
and the findings cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from msgspec import Struct

from plimsoll.lint.context import Context, Entry
from plimsoll.submission import Edit, Finding, Place, Severity, quoted

MOST = 400
"""Longest sentence of a finding, in characters."""


class Source(StrEnum):
    """Who says so."""

    OFFICIAL = "official validator"
    """The validator of the programme refuses a file that breaks it."""
    PLIMSOLL = "Plimsoll"
    """The official validator does not look; people do."""


class Hit(Struct, frozen=True, kw_only=True):
    """What a rule's function says about one place; the rest of the finding is the rule's."""

    place: Place
    what: str
    fix: str = ""
    """Empty: the rule's own."""
    requirement: str = ""
    quote: str = ""
    official: str = ""
    """What the official validator objects to, in its own terms; empty where it does not."""
    edits: tuple[Edit, ...] = ()
    severity: Severity | None = None
    """None: the rule's own."""


def about(
    entry: Entry,
    what: str,
    *,
    fix: str = "",
    quote: str = "",
    official: str = "",
    edits: tuple[Edit, ...] = (),
) -> Hit:
    """Return a hit at an evidence entry; it quotes the entry where nothing else is quoted."""
    return Hit(
        place=entry.scalar.place,
        what=what,
        fix=fix,
        requirement=entry.cell.id,
        quote=quote or entry.scalar.value,
        official=official,
        edits=edits,
    )


Check = Callable[[Context], Iterable[Hit]]


class Rule(Struct, frozen=True, kw_only=True):
    """One rule."""

    id: str
    family: str
    """Name of the module that holds it."""
    title: str
    """One line: what must be so."""
    why: str
    fix: str
    source: Source
    severity: Severity
    mends: bool
    """Whether `--fix` can do something about it."""
    check: Check

    def finding(self, hit: Hit) -> Finding:
        """Return the finding for one hit."""
        return Finding(
            rule=self.id,
            severity=hit.severity or self.severity,
            place=hit.place,
            what=_sentence(hit.what),
            why=self.why,
            fix=_sentence(hit.fix) or self.fix,
            requirement=hit.requirement,
            quote=quoted(hit.quote),
            official=_sentence(hit.official),
            edits=hit.edits,
        )


def _sentence(text: str) -> str:
    """Return `text` on one line and not too long: values of a file are in it, whatever they are."""
    line = " ".join(text.split("\n"))
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order of the modules; filled when `plimsoll.lint` is loaded."""


def rule(
    identifier: str,
    *,
    title: str,
    why: str,
    fix: str,
    source: Source = Source.PLIMSOLL,
    severity: Severity = Severity.WARNING,
    mends: bool = False,
) -> Callable[[Check], Check]:
    """Register a function as the rule `identifier`."""

    def register(check: Check) -> Check:
        RULES[identifier] = Rule(
            id=identifier,
            family=check.__module__.rpartition(".")[2],
            title=title,
            why=why,
            fix=fix,
            source=source,
            severity=severity,
            mends=mends,
            check=check,
        )
        return check

    return register
