"""What the page shows, in the order in which it shows it (pure)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from plimsoll.audit.counts import Counts, Row, Tally, Trend, product, version_order
from plimsoll.audit.model import Kind, SubmissionAudit
from plimsoll.audit.words import word
from plimsoll.submission import Finding, Severity, refer

KINDS = tuple(kind.value for kind in Kind)
_TONES = {
    Severity.ERROR: "bad",
    Severity.WARNING: "open",
    Severity.NOTE: "none",
    Kind.RUN: "run",
    Kind.TRANSCRIPT: "transcript",
    Kind.MANIFEST: "manifest",
    Kind.DOCUMENTATION: "documentation",
    Kind.PROSE: "prose",
    Kind.NOTHING: "nothing",
}


class Product(Struct, frozen=True, kw_only=True):
    """One product with its submissions, the newest version first."""

    name: str
    anchor: str
    vendor: str
    platform: str
    trend: Trend
    submissions: tuple[SubmissionAudit, ...]
    words: str
    """What the filter looks in, lower case."""

    @property
    def unread(self) -> int:
        """How many of its submissions could not be read."""
        return sum(not each.cells for each in self.submissions)


class View(Struct, frozen=True, kw_only=True):
    """The page."""

    headline: str
    sub: str
    counts: Counts
    versions: tuple[str, ...]
    requirements: tuple[tuple[Trend, dict[str, Row]], ...]
    products: tuple[Product, ...]
    kinds: tuple[str, ...] = KINDS


class Bar(Struct, frozen=True, kw_only=True):
    """One part of a drawn share: from `start` on, `width` long, in percent."""

    kind: str
    tone: str
    number: int
    start: str
    width: str


def build(audits: Sequence[SubmissionAudit], counts: Counts) -> View:
    """Return the page's view of these audits and their counts."""
    total = counts.total.all
    versions = tuple(row.name for row in counts.versions)
    span = f" for {versions[0]}" if len(versions) == 1 else ""
    span = f" for {versions[0]} to {versions[-1]}" if len(versions) > 1 else span
    return View(
        headline=f"{total.backed} of {total.claimed} claims are backed by a recorded run",
        sub=f"{_number(len(audits), 'submission')}{span}, {_number(total.cells, 'cell')}; "
        f"{total.contradicted} contradicted by something that the submission holds itself",
        counts=counts,
        versions=versions,
        requirements=tuple(
            (trend, {row.name: row for row in trend.versions}) for trend in counts.requirements
        ),
        products=tuple(_products(audits, counts)),
    )


def bars(tally: Tally) -> list[Bar]:
    """Return the claimed cells of a tally by kind, as parts of a drawn line."""
    drawn, at = [], 0
    for kind in Kind:
        number = tally.kinds.get(kind.value, 0)
        if number:
            start, width = 100 * at / tally.claimed, 100 * number / tally.claimed
            drawn.append(
                Bar(
                    kind=kind.value,
                    tone=tone(kind),
                    number=number,
                    start=f"{start:.2f}%",
                    width=f"{width:.2f}%",
                )
            )
            at += number
    return drawn


def share(tally: Tally) -> str:
    """Return the backed share in words; a dash where nothing is claimed."""
    if tally.share is None:
        return "\N{EN DASH}"
    return f"{tally.backed} of {tally.claimed} ({100 * tally.share:.0f} %)"


def tone(of: Severity | Kind) -> str:
    """Return the class of a mark."""
    return _TONES[of]


def link(text: str) -> str:
    """Return the address that an evidence entry names, to be linked; empty for anything else."""
    return text.strip() if refer(text).is_url else ""


def slug(text: str) -> str:
    """Return an anchor for a name; two names never share one."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:40]
    return f"{plain}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:6]}"


def _products(audits: Sequence[SubmissionAudit], counts: Counts) -> Iterator[Product]:
    groups: dict[str, list[SubmissionAudit]] = {}
    for audit in audits:
        groups.setdefault(product(audit).casefold(), []).append(audit)
    for trend in counts.products:
        name = trend.total.name
        submissions = sorted(
            groups[name.casefold()], key=lambda each: version_order(each.version), reverse=True
        )
        newest = submissions[0]
        yield Product(
            name=name,
            anchor=slug(name),
            vendor=newest.vendor,
            platform=newest.platform,
            trend=trend,
            submissions=tuple(submissions),
            words=" ".join(_words(submissions)).casefold(),
        )


def _words(submissions: Sequence[SubmissionAudit]) -> Iterator[str]:
    """Yield what a reader may look a product up by."""
    seen: set[str] = set()
    for each in submissions:
        cells = [cell.requirement for cell in each.cells]
        found = [*each.findings, *(one for cell in each.cells for one in cell.findings)]
        names = (each.product, each.platform, each.vendor, each.version)
        for text in (*names, *cells, *_rules(found)):
            if text not in seen:
                seen.add(text)
                yield text


def _rules(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        yield finding.rule
        yield word(finding)


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
