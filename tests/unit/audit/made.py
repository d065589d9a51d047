"""Small submissions of a made-up vendor, for the tests of the audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from plimsoll.audit.model import CellAudit, SubmissionAudit
from plimsoll.audit.one import audit_one
from plimsoll.submission import Finding, load

Files = Mapping[str, str | bytes]


def product(*cells: str) -> str:
    """Return a PRODUCT.yaml with these entries, all in one category."""
    head = (
        "metadata:\n  kubernetesVersion: v1.35\n  platformName: Seaworthy\n  vendorName: Acme\n"
        "spec:\n  security:\n"
    )
    return head + "".join(cells)


def entry(
    requirement: str,
    *evidence: str,
    status: str = "Implemented",
    level: str = "MUST",
    notes: str = "",
) -> str:
    """Return one entry of a PRODUCT.yaml."""
    listed = "".join(f'        - "{each}"\n' for each in evidence)
    return (
        f'    - id: {requirement}\n      level: {level}\n      status: "{status}"\n'
        f"      evidence:{' []' if not evidence else ''}\n{listed}"
        f'      notes: "{notes}"\n'
    )


def audited(folder: Path, text: str, files: Files | None = None) -> SubmissionAudit:
    """Write a submission of v1.35 below `folder` and return its audit."""
    home = folder / "v1.35" / "acme"
    home.mkdir(parents=True, exist_ok=True)
    for name, content in (files or {}).items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    (home / "PRODUCT.yaml").write_text(text)
    return audit_one(load(home / "PRODUCT.yaml", "v1.35/acme/PRODUCT.yaml"))


def cell(
    folder: Path,
    requirement: str,
    files: Files | None = None,
    *,
    status: str = "Implemented",
    level: str = "MUST",
    notes: str = "",
) -> CellAudit:
    """Return the audit of one cell whose evidence is these files."""
    text = entry(requirement, *(files or {}), status=status, level=level, notes=notes)
    return audited(folder, product(text), files).cells[0]


def seen(audit: CellAudit, rule: str) -> list[tuple[str, str, str]]:
    """Return severity, FILE:LINE and quotation of what a rule found on a cell."""
    return [
        (found.severity.value, where(found), found.quote)
        for found in audit.findings
        if found.rule == rule
    ]


def where(found: Finding) -> str:
    """Return a finding's place below the submission's folder."""
    path = found.place.path.removeprefix("v1.35/acme/")
    return f"{path}:{found.place.line}"


def session(*lines: str) -> str:
    """Return a text with one block; its first line is line 4 of the text."""
    return "# What was done\n\n```console\n" + "\n".join(lines) + "\n```\n"
