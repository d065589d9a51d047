"""Audits made by hand."""

from __future__ import annotations

from plimsoll.audit.model import CellAudit, Kind, Reading, SubmissionAudit
from plimsoll.submission import Finding, Place, Severity

FILE = "v1.34/harbour/PRODUCT.yaml"


def finding(severity: Severity, what: str = "contradicted by run.log:7: skipped") -> Finding:
    return Finding(
        rule="test-skipped",
        severity=severity,
        place=Place("v1.34/harbour/run.log", 7),
        what=what,
        quote="--- SKIP: TestGang",
    )


def cell(
    requirement: str,
    kind: Kind,
    *findings: Finding,
    status: str = "Implemented",
    level: str = "MUST",
    text: str = "https://docs.example.com/gang",
) -> CellAudit:
    place = Place(FILE, 11, 9)
    return CellAudit(
        requirement=requirement,
        category="security",
        level=level,
        status=status,
        place=place,
        kind=kind,
        readings=(Reading(text=text, place=place, kind=kind, because="a page"),),
        findings=findings,
    )


def audit(version: str, product: str, *cells: CellAudit) -> SubmissionAudit:
    return SubmissionAudit(
        path=f"{version}/{product}/PRODUCT.yaml",
        version=version,
        product=product,
        platform=f"{product.title()} Platform",
        vendor="Pier",
        cells=cells,
    )
