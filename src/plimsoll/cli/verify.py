"""`plimsoll verify`: whether a run folder is as it was written, and its facts give its verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from plimsoll import evidence


def verify(run: Path, *, format: Literal["text", "json"] = "text") -> int:  # noqa: A002
    """Check a run folder's hashes and judge its facts again, offline.

    Exits with 3 when the folder is damaged or does not say what its facts say, else as the check
    itself would: 0, 1 or 2, by the verdicts that the facts give now.

    Parameters
    ----------
    run
        The run folder, for example runs/2026-11-25T10-00-00.
    format
        text for people, json for programs.
    """
    found = evidence.verify(run)
    if format == "json":
        print(_json(found))
        return found.exit_code
    for line in found.requirements:
        again = line.again
        same = "as recorded" if not line.differs else "differs from what was recorded"
        print(f"{again.requirement:<28}{again.verdict:<15}strict {again.strict_verdict:<15}{same}")
    for note in found.notes:
        print(f"note: {note}")
    for problem in found.problems:
        print(f"problem: {problem}")
    if found.problems:
        print(f"{run}: not as it was written; get it again from whoever made it")
    else:
        print(f"{run}: {found.files} files as in the manifest, verdicts follow from the facts")
    return found.exit_code


def _json(found: evidence.Verification) -> str:
    content = {"exit_code": int(found.exit_code), **msgspec.to_builtins(found)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
