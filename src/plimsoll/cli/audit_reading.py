"""What `plimsoll audit` reads: submissions, the broken ones included, and runs inside them.

One file that cannot be read never hides the others: it becomes an audit that only says so.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from plimsoll.audit.model import PlimsollRun, SubmissionAudit
from plimsoll.errors import PlimsollError, UsageError
from plimsoll.submission import Finding, Loaded, Place, Severity, find, load
from plimsoll.submission.model import folder_names

MOST_BYTES = 32 << 20
"""Bytes of all PRODUCT.yaml together: some thousand real ones."""


class Given(Struct, frozen=True, kw_only=True):
    """What the command line names."""

    loaded: tuple[Loaded, ...]
    broken: tuple[SubmissionAudit, ...]
    """One for each file that could not be opened."""


def gather(paths: Sequence[Path]) -> Given:
    """Return the submissions that files and folders name.

    Raises UsageError for a path that is not there and for a folder without a submission.
    """
    loaded: list[Loaded] = []
    broken: list[SubmissionAudit] = []
    size = 0
    for path in find(paths):
        shown = _shown(path)
        if path.is_symlink() and path not in paths:
            broken.append(_broken(path, "it is a symbolic link, and links are not followed"))
            continue
        if size > MOST_BYTES:
            broken.append(_broken(path, f"{MOST_BYTES} bytes of submissions were read before it"))
            continue
        try:
            size += path.stat().st_size
            loaded.append(load(path, shown))
        except UsageError as error:
            broken.append(_broken(path, error.what))
        except OSError as error:
            broken.append(_broken(path, error.strerror or str(error)))
    return Given(loaded=tuple(loaded), broken=tuple(broken))


def verified(folder: str) -> PlimsollRun:
    """Return what verifying the run folder on disk gives; whatever is wrong is a problem of it."""
    from plimsoll import evidence

    try:
        found = evidence.verify(Path(folder))
    except PlimsollError as error:
        what = error.what.replace(f"{folder}/", "").replace(folder, "the run folder")
        return PlimsollRun(path="", intact=False, problems=(what,))
    return PlimsollRun(
        path="",
        intact=not found.problems,
        verdicts={line.again.requirement: str(line.again.verdict) for line in found.requirements},
        strict_verdicts={
            line.again.requirement: str(line.again.strict_verdict) for line in found.requirements
        },
        problems=tuple(found.problems),
    )


def _shown(path: Path) -> str:
    """Return the path as text; a name that is not UTF-8 with its bytes marked."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="replace")


def _broken(path: Path, why: str) -> SubmissionAudit:
    shown = _shown(path)
    version, product = folder_names(_shown(path.absolute()))
    problem = Finding(
        rule="unreadable",
        severity=Severity.ERROR,
        place=Place(shown),
        what=why if shown in why else f"{shown} is not read: {why}",
        why="nothing is known of this submission",
    )
    return SubmissionAudit(
        path=shown, version=version, product=product, platform="", vendor="", problems=(problem,)
    )
