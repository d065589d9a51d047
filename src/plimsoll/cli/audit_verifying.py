"""What verifying a run of Plimsoll inside a submission comes to, for `plimsoll audit`."""

from __future__ import annotations

from pathlib import Path

from plimsoll.audit.model import PlimsollRun
from plimsoll.errors import PlimsollError


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
