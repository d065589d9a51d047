"""The page of one requirement: what was claimed, what was observed, where it stands in the facts.

A short Markdown file for a reviewer, written from the judgement alone, so that the same run always
gives the same page. Whatever came from a cluster is escaped: it can be read, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import jinja2
from msgspec import Struct
from msgspec.structs import replace

from plimsoll.evidence.conditions import Row, discoveries
from plimsoll.evidence.view import platform
from plimsoll.record import Claim, Finding, Judgement, deciding
from plimsoll.record.facts import Discovered
from plimsoll.standard.requirements import REQUIREMENTS
from plimsoll.submit.answers import RUN_FOLDER, Answer
from plimsoll.submit.run import Run
from plimsoll.text import printable

MOST_FACTS = 12
"""How many facts a finding names on the page."""

_MARKS = re.compile(r"([\\`*\[\]<>|~#&]|(?<!\w)_|_(?!\w))")


class FindingLine(Struct, frozen=True, kw_only=True):
    """A finding as the page shows it."""

    outcome: str
    group: str
    because: str
    facts: str


class ClaimLine(Struct, frozen=True, kw_only=True):
    """A claim with its findings."""

    title: str
    basis: str
    is_control: bool
    findings: tuple[FindingLine, ...]


class Section(Struct, frozen=True, kw_only=True):
    """Claims under one heading."""

    heading: str
    words: str
    claims: tuple[ClaimLine, ...]


def render(answer: Answer, run: Run) -> bytes:
    """Return the page of a requirement that the run judged."""
    judgement = run.judgements[answer.requirement]
    claims = run.claims(answer.requirement)
    started = run.record.run
    known = REQUIREMENTS.get(answer.requirement)
    text = _template().render(
        id=answer.requirement,
        title=known.title if known else answer.requirement,
        verdict=str(judgement.verdict),
        because=judgement.because,
        strict_verdict=str(judgement.strict_verdict),
        strict_because=judgement.strict_because,
        platform=platform(run.record),
        kubernetes=started.cluster_version,
        standard=started.standard,
        run=run.id,
        date=run.date,
        tool=started.tool_version,
        judge=judgement.judge_version,
        verify=f"plimsoll verify {RUN_FOLDER}",
        folder=RUN_FOLDER,
        sections=_sections(claims, judgement),
        discovered=_discovered(run, answer.requirement),
        official=answer.official.words if answer.official else "",
    )
    return text.strip().encode("utf-8", errors="replace") + b"\n"


def inline(value: object) -> str:
    """Return text of others' as one line of Markdown that shows it letter by letter."""
    return _MARKS.sub(r"\\\1", " ".join(printable(str(value)).split()))


def _sections(claims: Sequence[Claim], judgement: Judgement) -> tuple[Section, ...]:
    decides = deciding(claims, strict=False)
    mine = [claim for claim in claims if claim.id in decides]
    others = [claim for claim in claims if claim.id not in decides]
    every = (
        ("What decides", "Claims of the checklist and of the programme's test descriptions.", mine),
        (
            "Beyond the checklist",
            "Plimsoll's own claims; they do not decide the verdict.",
            others,
        ),
    )
    return tuple(
        Section(heading=heading, words=words, claims=tuple(_lines(some, judgement)))
        for heading, words, some in every
        if some
    )


def _lines(claims: Iterable[Claim], judgement: Judgement) -> Iterable[ClaimLine]:
    for claim in claims:
        yield ClaimLine(
            title=claim.title,
            basis=str(claim.basis),
            is_control=claim.is_control,
            findings=tuple(
                _finding(found) for found in judgement.findings if found.claim == claim.id
            ),
        )


def _finding(found: Finding) -> FindingLine:
    numbers = ", ".join(str(number) for number in found.facts[:MOST_FACTS])
    more = len(found.facts) - MOST_FACTS
    facts = f" (facts {numbers}{f' and {more} more' if more > 0 else ''})" if numbers else ""
    return FindingLine(
        outcome=str(found.outcome), group=found.group, because=found.because, facts=facts
    )


def _discovered(run: Run, requirement: str) -> tuple[Row, ...]:
    rows = discoveries(run.record.of(Discovered, requirement=requirement))
    return tuple(replace(row, value="; ".join(row.value.splitlines())) for row in rows)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701  (Markdown, escaped by `text`)
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["text"] = inline
    environment.filters["code"] = lambda value: f"`{str(value).replace('`', '')}`"
    source = files("plimsoll.submit") / "templates" / "evidence.md.j2"
    return environment.from_string(source.read_text(encoding="utf-8"))
