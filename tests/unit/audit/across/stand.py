"""Submissions written to a folder, and a plain stand-in for the audit of each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from plimsoll.audit.across import findings
from plimsoll.audit.model import CellAudit, Kind, Reading, SubmissionAudit
from plimsoll.submission import Finding, Loaded, Place, beside, find, load, refer

CELL = """\
    - id: {id}
      description: "{description}"
      level: MUST
      status: "Implemented"
      evidence: [{evidence}]
      notes: "{notes}"
"""


def write(
    folder: Path,
    title: str,
    cells: Mapping[str, tuple[Sequence[str], str]],
    *,
    vendor: str = "",
    description: str = "",
) -> Path:
    """Write a submission for `title` (`v1.34/name`): by id, its evidence and its notes."""
    version, _, product = title.partition("/")
    path = folder / title / "PRODUCT.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = "".join(
        CELL.format(
            id=identifier,
            description=description,
            evidence=", ".join(f'"{each}"' for each in evidence),
            notes=notes,
        )
        for identifier, (evidence, notes) in cells.items()
    )
    path.write_text(
        f"metadata:\n  kubernetesVersion: {version}\n  platformName: {product} platform\n"
        f"  vendorName: {vendor or product}\nspec:\n  accelerators:\n{entries}"
    )
    return path


def one(loaded: Loaded, kinds: dict[str, Kind] | None = None) -> SubmissionAudit:
    """Return an audit without findings; a file's kind is looked up by its ending."""
    submission = loaded.submission
    cells = []
    for cell in submission.cells:
        readings = tuple(
            _reading(loaded, each.value, each.place, kinds or {}) for each in cell.evidence
        )
        cells.append(
            CellAudit(
                requirement=cell.id,
                category=cell.category,
                level=cell.level,
                status=cell.status,
                place=cell.place,
                kind=readings[0].kind if readings else Kind.NOTHING,
                readings=readings,
            )
        )
    return SubmissionAudit(
        path=submission.path,
        version=submission.version,
        product=submission.product,
        platform=submission.metadata("platformName"),
        vendor=submission.metadata("vendorName"),
        cells=tuple(cells),
    )


def _reading(loaded: Loaded, text: str, place: Place, kinds: dict[str, Kind]) -> Reading:
    submission = loaded.submission
    path = beside(refer(text), submission.version, submission.product)
    kind = kinds.get(refer(text).suffix, Kind.PROSE if path else Kind.DOCUMENTATION)
    return Reading(text=text, place=place, kind=kind, because="by its ending", path=path)


def audited(folder: Path, kinds: dict[str, Kind] | None = None) -> list[SubmissionAudit]:
    """Return the audits of all submissions in a folder, with what shows side by side."""
    loaded = [load(path, path.relative_to(folder).as_posix()) for path in find([folder])]
    return findings(loaded, [one(each, kinds) for each in loaded])


def said(audits: Sequence[SubmissionAudit], rule: str) -> list[tuple[str, str, Finding]]:
    """Return the findings of a rule with submission and requirement; empty: the whole of it."""
    found = []
    for audit in audits:
        title = f"{audit.version}/{audit.product}"
        found += [(title, "", each) for each in audit.findings if each.rule == rule]
        found += [
            (title, cell.requirement, each)
            for cell in audit.cells
            for each in cell.findings
            if each.rule == rule
        ]
    return found
