"""What the report shows, in the order in which it shows it, computed from facts and judgements.

The template only lays out what stands here. Everything is bounded, so that a report stays a file
that opens at once, however long the run was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from plimsoll.evidence.conditions import Row, Table, conditions, discoveries, short
from plimsoll.evidence.describe import compact, describe
from plimsoll.evidence.judging import Judges
from plimsoll.evidence.manifest import moment
from plimsoll.evidence.text import printable, seconds, shortened
from plimsoll.evidence.timeline import Timeline, timeline
from plimsoll.record import (
    Claim,
    Fact,
    Finding,
    GroupResult,
    Judgement,
    Record,
    deciding,
    encode_fact,
    group_results,
)
from plimsoll.record.facts import (
    Discovered,
)
from plimsoll.standard.requirements import REQUIREMENTS, VERSIONS
from plimsoll.standard.verdicts import Basis, Outcome, Verdict

FACTS_PER_FINDING = 12
FACT_CHARACTERS = 2_500
EMBEDDED_CHARACTERS = 1_000_000
"""How much of the facts a whole report embeds; the rest is in facts.jsonl beside it."""


class FactView(Struct, frozen=True, kw_only=True):
    """A fact that a finding names; `text` is empty when the report's room was used up."""

    sequence: int
    at: str
    words: str
    text: str


class FindingView(Struct, frozen=True, kw_only=True):
    """A finding with the facts that it rests on."""

    finding: Finding
    facts: tuple[FactView, ...]
    more: int


class ClaimView(Struct, frozen=True, kw_only=True):
    """A claim, what was found of it, and its control beside it."""

    claim: Claim
    decides: bool
    findings: tuple[FindingView, ...]
    control: ClaimView | None = None
    control_words: str = ""

    @property
    def pairs(self) -> tuple[tuple[FindingView, tuple[FindingView, ...]], ...]:
        """Every finding with what was found of the control in the same group."""
        beside = self.control.findings if self.control else ()
        return tuple(
            (item, tuple(each for each in beside if each.finding.group in {"", item.finding.group}))
            for item in self.findings
        )

    @property
    def in_groups(self) -> str:
        """How many groups came to what, for a claim that was judged in several."""
        found = [view.finding.outcome for view in self.findings]
        counts = [
            f"{outcome} in {found.count(outcome)}" for outcome in _TELLING if outcome in found
        ]
        return f"{', '.join(counts)} of {len(found)} groups"

    @property
    def outcome(self) -> str:
        """The most telling outcome of all groups, or `not judged`."""
        found = {view.finding.outcome for view in self.findings}
        return next((str(outcome) for outcome in _TELLING if outcome in found), "not judged")


class Matrix(Struct, frozen=True, kw_only=True):
    """Groups as a table: ways to meet the requirement down, resource kinds across."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    plain: dict[tuple[str, str], GroupResult]
    strict: dict[tuple[str, str], GroupResult]


class RequirementView(Struct, frozen=True, kw_only=True):
    """Everything that the report says of one requirement."""

    id: str
    title: str
    levels: tuple[tuple[str, str], ...]
    judgement: Judgement
    next_step: str
    """What to do about what the verdict's reason names; empty where there is nothing to do."""
    claims: tuple[ClaimView, ...]
    counts: tuple[tuple[str, int], ...]
    matrix: Matrix | None
    timeline: Timeline | None
    tables: tuple[Table, ...]


class ReportView(Struct, frozen=True, kw_only=True):
    """The whole report."""

    headline: str
    strictly: str
    platform: str
    run: str
    started: str
    lasted: str
    standard: str
    versions: tuple[str, ...]
    strict: bool
    tally: tuple[tuple[str, int], ...]
    about: tuple[Row, ...]
    discovery: tuple[Row, ...]
    tables: tuple[Table, ...]
    requirements: tuple[RequirementView, ...]


_TELLING = (
    Outcome.VIOLATED,
    Outcome.UNDECIDED,
    Outcome.NOT_EXERCISED,
    Outcome.UNKNOWN,
    Outcome.HELD,
    Outcome.NOT_APPLICABLE,
)
_BASIS_ORDER = (Basis.CHECKLIST, Basis.KAR, Basis.STRICTER, Basis.INFORMATIVE)


def build(
    record: Record,
    judgements: Sequence[Judgement],
    earlier: Sequence[Judgement],
    judges: Judges,
) -> ReportView:
    """Return the view of a run; `earlier` are older judgements that came to something else."""
    run = record.run
    room = _Room(record)
    verdicts = [judgement.decided(strict=run.strict) for judgement in judgements]
    last = max(fact.time for fact in record.facts)
    return ReportView(
        headline=_headline(verdicts),
        strictly="" if run.strict else _strictly(judgements),
        platform=platform(record),
        run=run.run,
        started=moment(run.time)[:16].replace("T", " ") + " UTC",
        lasted=seconds(max(last - run.time, 0.0)),
        standard=run.standard,
        versions=VERSIONS,
        strict=run.strict,
        tally=tuple((str(v), verdicts.count(v)) for v in Verdict if v in verdicts),
        about=tuple(_about(record, judgements)),
        tables=tuple(t for t in conditions(record, (), "") if t.heading != "Discovery"),
        discovery=tuple(discoveries(record.of(Discovered, requirement=""))),
        requirements=tuple(
            _requirement(record, found, earlier, judges, room) for found in judgements
        ),
    )


def platform(record: Record) -> str:
    """Return the name of what was checked: as the user declared it, as it was found, or neither."""
    product, cluster = record.discovered("product"), record.discovered("cluster")
    for named in (product.found if product else {}, cluster.found if cluster else {}):
        name = named.get("name") or named.get("platformName") or named.get("provider")
        version = named.get("version") or named.get("platformVersion") or ""
        if name:
            return printable(shortened(f"{name} {version}".strip(), 120))
    return f"Kubernetes {record.run.cluster_version}"


def _headline(verdicts: Sequence[Verdict]) -> str:
    good = sum(verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE} for verdict in verdicts)
    failed = verdicts.count(Verdict.FAIL)
    open_ones = len(verdicts) - good - failed
    if not verdicts:
        return "Nothing was checked"
    if good == len(verdicts):
        return "Every requirement that was checked holds" if good > 1 else "The requirement holds"
    parts = [f"{good} of {len(verdicts)} requirements hold"]
    parts += [f"{failed}\N{NO-BREAK SPACE}failed"] if failed else []
    parts += [f"{open_ones}\N{NO-BREAK SPACE}could not be decided"] if open_ones else []
    return ", ".join(parts)


def _strictly(judgements: Sequence[Judgement]) -> str:
    """Say in a sentence where the stricter claims come to something else."""
    other = [each for each in judgements if each.strict_verdict != each.verdict]
    failed = sum(each.strict_verdict is Verdict.FAIL for each in other)
    parts = [f"{failed} would fail"] if failed else []
    parts += [f"{len(other) - failed} would be open"] if len(other) > failed else []
    return f"By Plimsoll's stricter claims, {' and '.join(parts)}." if parts else ""


def _about(record: Record, judgements: Sequence[Judgement]) -> Iterable[Row]:
    run = record.run
    yield Row(name="Kubernetes", value=run.cluster_version)
    yield Row(name="Checklist", value=run.standard)
    yield Row(name="Checked with", value=f"Plimsoll {run.tool_version}")
    yield Row(name="Strict", value="stricter claims decide too" if run.strict else "no")
    factor = f", times {run.timeout_factor:g}" if run.timeout_factor != 1 else ""
    yield Row(name="Deadlines", value=f"profile {run.profile}{factor}")
    judges = ", ".join(f"{each.requirement} {each.judge_version}" for each in judgements)
    yield Row(name="Judge versions", value=judges)
    yield Row(name="Facts", value=str(len(record.facts)))
    for name, value in run.options.items():
        yield Row(name=f"--{name.replace('_', '-')}", value=short(compact(value)))


def _requirement(
    record: Record,
    judgement: Judgement,
    earlier: Sequence[Judgement],
    judges: Judges,
    room: _Room,
) -> RequirementView:
    identifier = judgement.requirement
    known = REQUIREMENTS.get(identifier)
    mine = record.requirement(identifier)
    claims = judges.claims(identifier)
    views = _claims(claims, judgement, room, strict=record.run.strict)
    return RequirementView(
        id=identifier,
        title=known.title if known else identifier,
        levels=tuple((version, str(known.level(version))) for version in VERSIONS) if known else (),
        judgement=judgement,
        next_step=next_step(judgement, strict=record.run.strict),
        claims=views,
        counts=_counts(judgement, deciding(claims, strict=record.run.strict)),
        matrix=_matrix(claims, judgement),
        timeline=timeline(mine, identifier),
        tables=conditions(mine, earlier, identifier),
    )


def _counts(judgement: Judgement, decides: Mapping[str, Claim]) -> tuple[tuple[str, int], ...]:
    """Return how many findings came to what; a breach that does not decide is called that."""

    def beyond(finding: Finding) -> bool:
        return finding.outcome is Outcome.VIOLATED and finding.claim not in decides

    ordered = sorted(
        judgement.findings, key=lambda each: (_TELLING.index(each.outcome), beyond(each))
    )
    words = (f"{each.outcome}{' beyond the checklist' * beyond(each)}" for each in ordered)
    return tuple(Counter(words).items())


def next_step(judgement: Judgement, *, strict: bool) -> str:
    """Return what to do about what the verdict's reason names; empty where there is nothing."""
    because = judgement.strict_because if strict else judgement.because
    steps = (
        finding.next_step
        for finding in judgement.findings
        if finding.next_step and because.endswith(finding.because)
    )
    return next(steps, "")


def _claims(
    claims: Sequence[Claim], judgement: Judgement, room: _Room, *, strict: bool
) -> tuple[ClaimView, ...]:
    decides = deciding(claims, strict=strict)
    by_id = {claim.id: claim for claim in claims}
    found: dict[str, list[Finding]] = {}
    for finding in judgement.findings:
        found.setdefault(finding.claim, []).append(finding)

    def view(claim: Claim, control: ClaimView | None = None, words: str = "") -> ClaimView:
        return ClaimView(
            claim=claim,
            decides=claim.id in decides,
            findings=tuple(room.finding(finding) for finding in found.get(claim.id, [])),
            control=control,
            control_words=words,
        )

    beside = {claim.control for claim in claims if claim.control in by_id}
    ordered = sorted(claims, key=lambda claim: _BASIS_ORDER.index(claim.basis))
    return tuple(
        view(
            claim,
            control=view(by_id[claim.control]) if claim.control in by_id else None,
            words="" if claim.control in by_id else claim.control,
        )
        for claim in ordered
        if claim.id not in beside
    )


def _matrix(claims: Sequence[Claim], judgement: Judgement) -> Matrix | None:
    plain = group_results(claims, judgement.findings, strict=False)
    strict = group_results(claims, judgement.findings, strict=True)
    names = [name for name in dict.fromkeys((*plain, *strict)) if name]
    if not names:
        return None
    cells = {name: _cell(name) for name in names}
    return Matrix(
        rows=tuple(dict.fromkeys(row for row, _ in cells.values())),
        columns=tuple(dict.fromkeys(column for _, column in cells.values())),
        plain={cells[name]: result for name, result in plain.items() if name},
        strict={cells[name]: result for name, result in strict.items() if name},
    )


def _cell(group: str) -> tuple[str, str]:
    way, separator, kind = group.rpartition(" / ")
    return (way, kind) if separator else (group, "result")


class _Room:
    """Hands out the facts that findings name while there is room in the report."""

    def __init__(self, record: Record) -> None:
        self._facts: dict[int, Fact] = {fact.sequence: fact for fact in record.facts}
        self._start = record.run.time
        self._left = EMBEDDED_CHARACTERS

    def finding(self, finding: Finding) -> FindingView:
        named = [self._facts[number] for number in finding.facts if number in self._facts]
        return FindingView(
            finding=finding,
            facts=tuple(self._fact(fact) for fact in named[:FACTS_PER_FINDING]),
            more=max(len(named) - FACTS_PER_FINDING, 0),
        )

    def _fact(self, fact: Fact) -> FactView:
        pretty = msgspec.json.format(encode_fact(fact).strip(), indent=2).decode()
        text = printable(shortened(pretty, FACT_CHARACTERS)) if self._left > 0 else ""
        self._left -= len(text)
        return FactView(
            sequence=fact.sequence,
            at=f"+{fact.time - self._start:.1f} s",
            words=describe(fact),
            text=text,
        )
