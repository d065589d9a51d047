"""Counts over audits: per version, per requirement and per product, with the trend (pure).

Every share comes with its numerator and its denominator. Nothing is weighted, scored or ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.audit.model import CLAIMS, CellAudit, Kind, SubmissionAudit
from plimsoll.audit.words import NOT_DEMONSTRATED, word

UNKNOWN_VERSION = "no version"


class Tally(Struct, frozen=True, kw_only=True):
    """How many cells there are, and what stands behind those that claim something."""

    cells: int = 0
    claimed: int = 0
    """Cells whose status is Implemented or Partially Implemented: the denominator of shares."""
    backed: int = 0
    """Claimed cells with a recorded run among their evidence that nothing contradicts."""
    contradicted: int = 0
    """Cells whose status something in the submission speaks against."""
    not_demonstrated: int = 0
    """Claimed cells, not contradicted, of which a finding says so."""
    kinds: dict[str, int] = {}
    """Claimed cells by the strongest kind of their evidence; every kind is there."""

    @property
    def share(self) -> float | None:
        """Return `backed` over `claimed`, 0 to 1; None when nothing is claimed."""
        return self.backed / self.claimed if self.claimed else None


class Row(Struct, frozen=True, kw_only=True):
    """The counts of one version, requirement or product."""

    name: str
    submissions: int
    all: Tally
    must: Tally
    """Of the cells whose level is MUST."""


class Trend(Struct, frozen=True, kw_only=True):
    """One requirement or product: in all, and by version in order."""

    total: Row
    versions: tuple[Row, ...]


class Counts(Struct, frozen=True, kw_only=True):
    """All counts of an audit."""

    total: Row
    versions: tuple[Row, ...]
    """In the order of the versions: the trend over all."""
    requirements: tuple[Trend, ...]
    """By id."""
    products: tuple[Trend, ...]
    """By name; folders `ABC` and `abc` are one product."""


def is_claimed(cell: CellAudit) -> bool:
    """Tell whether a cell's status claims that the platform does something."""
    return " ".join(cell.status.split()).casefold() in CLAIMS


def is_backed(cell: CellAudit) -> bool:
    """Tell whether a claim has a recorded run behind it that nothing contradicts."""
    return is_claimed(cell) and cell.kind is Kind.RUN and not cell.contradicted


def count(audits: Sequence[SubmissionAudit]) -> Counts:
    """Return the counts of these audits."""
    by_id = _by_requirement(audits)
    products = _grouped(audits, lambda audit: product(audit).casefold())
    return Counts(
        total=_row("all", audits),
        versions=_versions(audits),
        requirements=tuple(_trend(each, by_id[each]) for each in sorted(by_id)),
        products=tuple(_trend(product(group[-1]), group) for _, group in sorted(products.items())),
    )


def tally(cells: Iterable[CellAudit]) -> Tally:
    """Return the counts of these cells."""
    listed = list(cells)
    claimed = [cell for cell in listed if is_claimed(cell)]
    return Tally(
        cells=len(listed),
        claimed=len(claimed),
        backed=sum(is_backed(cell) for cell in claimed),
        contradicted=sum(cell.contradicted for cell in listed),
        not_demonstrated=sum(_not_demonstrated(cell) for cell in claimed),
        kinds={kind.value: sum(cell.kind is kind for cell in claimed) for kind in Kind},
    )


def product(audit: SubmissionAudit) -> str:
    """Return how to name a submission's product."""
    return audit.product or audit.platform or audit.path


def version_order(version: str) -> tuple[int, str]:
    """Return what sorts `v1.9` before `v1.10`, and what is no version last."""
    minor = version.removeprefix("v1.")
    return (int(minor), "") if minor.isdecimal() else (10**6, version)


def _not_demonstrated(cell: CellAudit) -> bool:
    return not cell.contradicted and any(word(each) == NOT_DEMONSTRATED for each in cell.findings)


def _row(name: str, audits: Sequence[SubmissionAudit]) -> Row:
    cells = [cell for audit in audits for cell in audit.cells]
    must = [cell for cell in cells if cell.level.strip().upper() == "MUST"]
    return Row(name=name, submissions=len(audits), all=tally(cells), must=tally(must))


def _trend(name: str, audits: Sequence[SubmissionAudit]) -> Trend:
    return Trend(total=_row(name, audits), versions=_versions(audits))


def _versions(audits: Sequence[SubmissionAudit]) -> tuple[Row, ...]:
    groups = _grouped(audits, lambda audit: audit.version or UNKNOWN_VERSION)
    return tuple(_row(name, groups[name]) for name in sorted(groups, key=version_order))


def _grouped(
    audits: Sequence[SubmissionAudit], key: Callable[[SubmissionAudit], str]
) -> dict[str, list[SubmissionAudit]]:
    groups: dict[str, list[SubmissionAudit]] = {}
    for audit in audits:
        groups.setdefault(key(audit), []).append(audit)
    return groups


def _by_requirement(audits: Sequence[SubmissionAudit]) -> dict[str, list[SubmissionAudit]]:
    """Return, by id, the audits that have the requirement, each with its cells alone."""
    found: dict[str, list[SubmissionAudit]] = {}
    for audit in audits:
        cells: dict[str, list[CellAudit]] = {}
        for cell in audit.cells:
            cells.setdefault(cell.requirement, []).append(cell)
        for identifier, own in cells.items():
            found.setdefault(identifier, []).append(replace(audit, cells=tuple(own)))
    return found
