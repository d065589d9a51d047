"""The conditions of a run as small tables: what was waited for, refused, disturbed, left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from plimsoll.evidence.describe import compact
from plimsoll.evidence.text import printable, seconds, shortened
from plimsoll.record import Judgement, Record
from plimsoll.record.facts import (
    ActionTaken,
    Blocked,
    CleanedUp,
    DeadlineSet,
    Discovered,
    Interference,
    Refused,
    StageEnded,
    WatchGap,
)

ROWS = 60
"""How many lines a table shows; the rest is counted."""


class Row(Struct, frozen=True, kw_only=True):
    """A line of one of the small tables."""

    name: str
    value: str
    note: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """A table of lines with its heading and what it is in a few words."""

    heading: str
    words: str
    rows: tuple[Row, ...]


def conditions(record: Record, earlier: Iterable[Judgement], identifier: str) -> tuple[Table, ...]:
    """Return the tables of one requirement that have a line, those that matter most first."""
    found = discoveries(record.of(Discovered, requirement=identifier))
    every = (
        ("Blocked", "What the harness could not do", _blocked(record, identifier)),
        ("Interference", "Foreign activity that touched a claim", _others(record, identifier)),
        ("Watch gaps", "Not seen, so claims over them are undecided", _gaps(record, identifier)),
        ("Judged before", "What an older judge came to", _before(earlier, identifier)),
        ("Refused", "Requests that the cluster refused", _refused(record, identifier)),
        ("Deadlines", "How long it waited, and who says so", _deadlines(record, identifier)),
        ("Stages", "What took how long", _stages(record, identifier)),
        ("Discovery", "What was found on the cluster", found),
        ("Clean-up", "What was removed, and what remains", _clean_up(record, identifier)),
    )
    tables = [Table(heading=h, words=words, rows=_capped(rows)) for h, words, rows in every]
    return tuple(table for table in tables if table.rows)


def discoveries(found: Iterable[Discovered]) -> Iterator[Row]:
    """Return the last discovery of every subject as a line."""
    latest = {fact.subject: fact for fact in found}
    for subject, fact in latest.items():
        lines = [line for key, value in fact.found.items() for line in _lines(key, value)]
        yield Row(name=subject, value=short("\n".join(lines), 1200), note=f"fact {fact.sequence}")


def _lines(key: str, value: object) -> list[str]:
    """Return a member as one line, or a list of objects as a line for each of them."""
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [f"{key}:", *(f"\N{EN DASH} {compact(item)}" for item in value)]
    words = compact(value)
    return [f"{key}: {words}"] if words else []


def short(text: str, limit: int = 300) -> str:
    """Return a text of the cluster's, printable and cut at `limit` characters."""
    return printable(shortened(text, limit))


def _blocked(record: Record, identifier: str) -> Iterator[Row]:
    for fact in record.of(Blocked, requirement=identifier):
        yield Row(
            name=fact.stage or "preflight", value=short(fact.reason), note=short(fact.next_step)
        )


def _others(record: Record, identifier: str) -> Iterator[Row]:
    for fact in record.of(Interference, requirement=identifier):
        yield Row(name=fact.round or "run", value=short(fact.what))


def _gaps(record: Record, identifier: str) -> Iterator[Row]:
    for fact in record.of(WatchGap, requirement=identifier):
        yield Row(name=fact.watch, value=short(fact.reason))


def _before(earlier: Iterable[Judgement], identifier: str) -> Iterator[Row]:
    for old in earlier:
        if old.requirement == identifier:
            words = f"{old.verdict} (strict {old.strict_verdict})"
            yield Row(name=f"judge {old.judge_version}", value=words, note=short(old.because))


def _refused(record: Record, identifier: str) -> Iterator[Row]:
    for fact in record.of(Refused, requirement=identifier):
        yield Row(
            name=f"{fact.verb} {fact.kind}",
            value=short(f"{fact.code} {fact.message}"),
            note=short(fact.purpose),
        )


def _deadlines(record: Record, identifier: str) -> Iterator[Row]:
    for fact in {f.stage: f for f in record.of(DeadlineSet, requirement=identifier)}.values():
        words = f"{seconds(fact.seconds)} \N{MIDDLE DOT} {fact.source}"
        yield Row(name=fact.stage, value=words, note=short(fact.passing_means))


def _stages(record: Record, identifier: str) -> Iterator[Row]:
    for fact in record.of(StageEnded, requirement=identifier):
        outside = " (outside the platform)" if fact.outside else ""
        words = f"{fact.outcome} after {seconds(fact.seconds)}"
        note = f"waiting on {fact.waiting_on}{outside}" if fact.waiting_on else ""
        yield Row(name=fact.stage, value=words, note=short(note))


def _clean_up(record: Record, identifier: str) -> Iterator[Row]:
    for fact in record.of(CleanedUp, requirement=identifier):
        remains = ", ".join(fact.remains) or "nothing remains"
        yield Row(name=f"{fact.removed} objects removed", value=short(remains, 1200))
    created = record.of(ActionTaken, requirement=identifier, action="created")
    if created and not record.of(CleanedUp, requirement=identifier):
        words = f"of {len(created)} objects made, none is known to be gone"
        yield Row(name="did not end", value=words, note=f"plimsoll cleanup {record.run.run}")


def _capped(rows: Iterable[Row]) -> tuple[Row, ...]:
    every = tuple(rows)
    if len(every) <= ROWS:
        return every
    more = Row(name="\N{HORIZONTAL ELLIPSIS}", value=f"{len(every) - ROWS} more in facts.jsonl")
    return (*every[:ROWS], more)
