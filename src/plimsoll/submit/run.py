"""The run that a submission is written from: verified and judged again before anything is said.

Verdicts are those that the facts give now, and the plain ones: the checklist and the programme's
own test descriptions decide what a submission may claim. A folder that is not as it was written
is refused as a whole.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from plimsoll import evidence
from plimsoll.errors import UsageError
from plimsoll.evidence.manifest import Manifest, moment
from plimsoll.evidence.store import FACTS_LIMIT, MANIFEST, EvidenceError, RunFolder
from plimsoll.record import Claim, Judgement, Record
from plimsoll.submission import Checklist
from plimsoll.submission.model import release_of

LARGE = 50 << 20
"""Files above this size are named: code hosts warn from 50 MiB and refuse from 100 MiB."""


class Run(Struct, frozen=True, kw_only=True):
    """A run that is as it was written."""

    folder: Path
    record: Record
    judges: evidence.Judges
    judgements: dict[str, Judgement]
    """By requirement, judged again now."""
    notes: tuple[str, ...]
    """What verifying had to say beside "as written"."""

    @property
    def id(self) -> str:
        """Return the run's id."""
        return self.record.run.run

    @property
    def date(self) -> str:
        """Return the day on which it started, in UTC, as 2026-11-25."""
        return moment(self.record.run.time)[:10]

    @property
    def embedded(self) -> bool:
        """Tell whether it ran on the embedded platform, where only secrets are redacted."""
        return bool(self.record.run.options.get("embedded"))

    def claims(self, requirement: str) -> tuple[Claim, ...]:
        """Return what the check of a requirement claims."""
        return tuple(self.judges.claims(requirement))

    def files(self) -> dict[str, Path]:
        """Return all its files by name, the manifest last. Raises EvidenceError."""
        folder = RunFolder(self.folder)
        return {**folder.files(), MANIFEST: self.folder / MANIFEST}

    def content(self, name: str) -> bytes:
        """Return one file as it was verified. Raises EvidenceError when it has changed since."""
        return RunFolder(self.folder).read(name, limit=FACTS_LIMIT)


def read_run(folder: Path, judges: evidence.Judges) -> Run:
    """Return a run, verified. Raises EvidenceError or FactError when it is not as written."""
    found = evidence.verify(folder, judges)
    if found.problems:
        more = f" (and {len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
        raise EvidenceError(
            f"{folder} is not as it was written: {found.problems[0]}{more}",
            next_step=f"`plimsoll verify {folder}` lists everything; get the run again from "
            "whoever made it, or run the check again",
        )
    _refuse_odd_files(folder)
    return Run(
        folder=folder,
        record=RunFolder(folder).record(),
        judges=judges,
        judgements={line.again.requirement: line.again for line in found.requirements},
        notes=tuple(found.notes),
    )


def manifest(folder: Path) -> Manifest:
    """Return the manifest of a run folder. Raises EvidenceError."""
    return RunFolder(folder).read_struct(MANIFEST, Manifest)


def refuse_other_version(run: Run, checklist: Checklist) -> None:
    """Raise UsageError where the run does not speak of the checklist's version."""
    started = run.record.run
    cluster = release_of(started.cluster_version)
    if cluster != checklist.version:
        raise UsageError(
            f"the run is of Kubernetes {started.cluster_version}, the checklist "
            f"{checklist.path} is for {checklist.version}",
            next_step=f"give the checklist of {cluster}, or check a {checklist.version} cluster"
            if cluster
            else "give the checklist of the cluster's version",
        )
    if started.standard != checklist.version:
        raise UsageError(
            f"the run was judged by the checklist of {started.standard}, this one is for "
            f"{checklist.version}",
            next_step=f"run the check again with --standard {checklist.version}",
        )


def _refuse_odd_files(folder: Path) -> None:
    """Refuse what a manifest does not speak of: pipes, sockets, devices."""
    for path in folder.rglob("*"):
        if not path.is_symlink() and not path.is_dir() and not path.is_file():
            raise EvidenceError(
                f"{path} is not a regular file; a run folder holds files alone",
                next_step="get the run again from whoever made it",
            )
