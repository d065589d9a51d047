"""Runs of Plimsoll inside a submission: found, handed to whoever verifies them, compared (pure).

A run speaks for a cell only with what its facts give now, never with what it says of itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from plimsoll.audit.counts import is_claimed
from plimsoll.audit.model import (
    STRENGTH,
    CellAudit,
    Kind,
    PlimsollRun,
    Reading,
    SubmissionAudit,
)
from plimsoll.submission import PRODUCT, Finding, Folder, Loaded, Severity

MANIFEST = "manifest.json"
FACTS = "facts.jsonl"
VERDICTS = "verdicts.json"
FILES = (MANIFEST, FACTS, VERDICTS, "report.html", "junit.xml", "results.json")
"""What a run folder holds at its top, and what is opened when it is verified."""
MOST_FILES = 2000
"""Files of a submission among which runs are looked for."""
MOST_RUNS = 20

RULE_FAIL = "run-contradicts"
RULE_OPEN = "run-does-not-decide"
RULE_DAMAGED = "run-not-intact"

Verify = Callable[[str], PlimsollRun]
"""From the path of a run folder on disk to what verifying it gave."""


def runs(loaded: Loaded, verify: Verify) -> tuple[PlimsollRun, ...]:
    """Return the runs of Plimsoll that lie in a submission's folder, verified."""
    found = []
    for path in list(_folders(loaded))[:MOST_RUNS]:
        unsafe = _unsafe(loaded.folder, path)
        if unsafe:
            found.append(PlimsollRun(path=path, intact=False, problems=(unsafe,)))
        else:
            verified = verify(posixpath.join(str(loaded.folder.root), path))
            found.append(replace(verified, path=path))
    return tuple(found)


def with_runs(audit: SubmissionAudit, loaded: Loaded, verify: Verify) -> SubmissionAudit:
    """Return the audit of `loaded` with the runs in its folder, and what they say of its cells."""
    found = runs(loaded, verify)
    if not found:
        return audit
    cells = tuple(_cell(cell, found, loaded.folder) for cell in audit.cells)
    damaged = tuple(_damaged(run, loaded.folder) for run in found if not run.intact)
    return replace(audit, cells=cells, findings=(*audit.findings, *damaged), runs=found)


def _folders(loaded: Loaded) -> Iterator[str]:
    """Yield the folders that look like runs and belong to no submission further down."""
    names = set(loaded.folder.files(most=MOST_FILES))
    for path in loaded.evidence_paths().values():
        for parent in _parents(path):
            names.update(f"{parent}/{name}" for name in (MANIFEST, FACTS))
    nested = {posixpath.dirname(name) for name in names if posixpath.basename(name) == PRODUCT}
    for folder in sorted({posixpath.dirname(name) for name in names}):
        inner = nested & {folder, *_parents(folder)} - {""}
        both = all(_is_file(loaded.folder, f"{folder}/{name}") for name in (MANIFEST, FACTS))
        if folder and both and not inner:
            yield folder


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path


def _is_file(folder: Folder, path: str) -> bool:
    found = folder.look(path)
    return found.exists and not found.folder and found.refused in {"", "evidence-too-large"}


def _unsafe(folder: Folder, path: str) -> str:
    """Return why a run folder is not opened; empty when every file is one to read."""
    for name in FILES:
        found = folder.look(f"{path}/{name}")
        if found.folder:
            return f"{name} is a folder"
        if found.refused and found.refused != "evidence-too-large":
            return f"{name}: {found.why}"
    return ""


def _cell(cell: CellAudit, runs: Sequence[PlimsollRun], folder: Folder) -> CellAudit:
    told = [run for run in runs if cell.requirement in run.verdicts]
    readings = tuple(_reading(each, cell, runs) for each in cell.readings)
    kind = min((each.kind for each in readings), key=STRENGTH.index, default=cell.kind)
    findings = [found for run in told if (found := _compare(cell, run, folder)) is not None]
    return replace(cell, readings=readings, kind=kind, findings=(*cell.findings, *findings))


def _reading(reading: Reading, cell: CellAudit, runs: Sequence[PlimsollRun]) -> Reading:
    """Return a reading of a file that lies in an intact run as what it is."""
    for run in runs:
        if run.intact and reading.path in {run.path, *(f"{run.path}/{name}" for name in FILES)}:
            verdict = run.verdicts.get(cell.requirement, "no verdict on this requirement")
            because = (
                f"a run of Plimsoll, its hashes verified and its facts judged again: {verdict}"
            )
            return replace(reading, kind=Kind.RUN, because=because)
    return reading


def _compare(cell: CellAudit, run: PlimsollRun, folder: Folder) -> Finding | None:
    verdict = run.verdicts[cell.requirement]
    if not is_claimed(cell) or verdict == "PASS":
        return None
    place = folder.place(f"{run.path}/{VERDICTS}")
    failed = verdict == "FAIL"
    lead = f"contradicted by {place}" if failed else "not demonstrated"
    return Finding(
        rule=RULE_FAIL if failed else RULE_OPEN,
        severity=Severity.ERROR if failed else Severity.WARNING,
        place=place,
        what=f"{lead}: the facts of this run, judged again, give {verdict}",
        why=f"the status is {cell.status!r}",
        requirement=cell.requirement,
        quote=f"{cell.requirement}: {verdict}",
    )


def _damaged(run: PlimsollRun, folder: Folder) -> Finding:
    why = run.problems[0] if run.problems else "it is not intact"
    more = f" (and {len(run.problems) - 1} more)" if len(run.problems) > 1 else ""
    return Finding(
        rule=RULE_DAMAGED,
        severity=Severity.WARNING,
        place=folder.place(f"{run.path}/{MANIFEST}"),
        what=f"not demonstrated by this run of Plimsoll: {why}{more}",
        why="a run that is not as it was written shows nothing",
        fix="put the run folder in again as it was written",
    )
