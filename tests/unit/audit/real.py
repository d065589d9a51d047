"""The real submissions, audited once; tests that need them skip without."""

from __future__ import annotations

from functools import cache

from plimsoll.audit.model import CellAudit, SubmissionAudit
from plimsoll.audit.one import audit_one
from plimsoll.submission import load
from tests.unit.submission.real_data import submissions


def audit(title: str) -> SubmissionAudit:
    """Return the audit of a submission by VERSION/PRODUCT."""
    submissions()
    return _audit(title)


@cache
def _audit(title: str) -> SubmissionAudit:
    path = submissions() / title / "PRODUCT.yaml"
    return audit_one(load(path, f"{title}/PRODUCT.yaml"))


def cell(title: str, requirement: str) -> CellAudit:
    """Return the audit of one cell."""
    return next(each for each in audit(title).cells if each.requirement == requirement)


def seen(title: str, requirement: str) -> list[tuple[str, str, str]]:
    """Return what was found on a cell: rule with severity, FILE:LINE, and the quotation."""
    return [
        (
            f"{found.rule} {found.severity.value}",
            f"{found.place.path.removeprefix(title + '/')}:{found.place.line}",
            found.quote,
        )
        for found in cell(title, requirement).findings
    ]
