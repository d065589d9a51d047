"""A case as files, linted."""

from __future__ import annotations

from pathlib import Path

from plimsoll.submission import Finding
from tests.unit.lint.cases import cells, files, metadata, yaml_files
from tests.unit.lint.cases.case import Case, spoiled
from tests.unit.lint.product import findings, official, text, write

CASES = (*yaml_files.CASES, *metadata.CASES, *cells.CASES, *files.CASES)


def tried(case: Case, folder: Path) -> list[Finding]:
    """Return all that is found in the submission that a case describes, made in `folder`."""
    content = case.raw if case.raw is not None else spoiled(text(case.version), case.change)
    version = case.folder or case.version
    path = write(folder, content, version=version, name=case.name, files=case.files)
    case.scene(path.parent)
    return findings(path, official(case.checklist) if case.checklist else None)
