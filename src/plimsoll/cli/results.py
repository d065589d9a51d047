"""Long work of many checks: running each as a user would, and a file of what each came to.

The file is appended to, so that the work can be stopped and gone on with. Every line says the
commit that it was seen on; lines of other commits are history and are kept.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from plimsoll.errors import ExitCode, PlimsollError

if TYPE_CHECKING:
    from plimsoll.record import Judgement


class ResultLine(msgspec.Struct, frozen=True, kw_only=True):
    """What every line of a results file says."""

    date: str
    """Of the run, as 2026-11-25."""
    commit: str


Line = TypeVar("Line", bound=ResultLine)


def commit() -> str:
    """Return the commit of the tree that this runs in; `unknown` outside a checkout."""
    answer = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def recorded(path: Path | None, kind: type[Line]) -> list[Line]:
    """Return the lines that `path` holds for this commit; none where there is no file.

    Raises PlimsollError when it is another kind of file.
    """
    if path is None or not path.exists():
        return []
    decoder = msgspec.json.Decoder(kind)
    try:
        lines = [decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    except msgspec.MsgspecError as error:
        raise PlimsollError(
            f"{path} is not a file of such results: {error}",
            next_step="name another file, or move it away",
        ) from error
    here = commit()
    return [line for line in lines if line.commit == here]


def append(path: Path | None, line: ResultLine) -> None:
    """Add a line to `path`, which is made when missing; None writes nothing."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")


def check_platform(
    name: str, requirements: Sequence[str], folder: Path, *options: str
) -> tuple[Judgement, ...]:
    """Check an embedded platform through the front door and return what the facts say.

    Without requirements it checks all that the checklist asks. The platform stays up. Raises
    PlimsollError when the run did not come to its end.
    """
    from plimsoll import cli
    from plimsoll.evidence import RunFolder, judge_run

    where = ["--embedded", "--name", name, "--keep", "--out", str(folder)]
    status = cli.run(["check", *requirements, *where, *options])
    if status in {ExitCode.TOOL_FAILED, ExitCode.USAGE}:
        raise PlimsollError(
            f"the check of {', '.join(requirements) or name} did not run to its end "
            f"(exit {status})",
            next_step=f"see {folder}, and `plimsoll status --name {name}`",
        )
    return tuple(judge_run(RunFolder(folder).record()))
