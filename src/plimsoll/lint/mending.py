"""Repairs what is mechanical, and touches nothing else in the file.

Edits are applied in rounds, until nothing is left to mend: two findings may want to change the
same place, and then the second waits for the next round. So mending twice gives what mending once
gave. A file is replaced whole or not at all.
"""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Callable, Iterable
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from plimsoll.errors import PlimsollError
from plimsoll.files import replace_file
from plimsoll.submission import Edit, Finding, Loaded, parse
from plimsoll.submission.editing import apply
from plimsoll.submission.tree import Tree

MOST_ROUNDS = 8


class MendError(PlimsollError):
    """The file cannot be mended, or not be written; it is as it was."""


class Mended(Struct, frozen=True, kw_only=True):
    """A file with what was mended."""

    before: bytes
    after: bytes
    rules: tuple[str, ...] = ()
    """Rule ids of what was mended, in the order of mending."""


Relint = Callable[[Loaded], list[Finding]]


def mended(loaded: Loaded, lint: Relint) -> Mended:
    """Return a submission's file after all mechanical repairs; one that is not YAML has none.

    Raises MendError when a repair would make the file unreadable.
    """
    before = after = _bytes(loaded.submission.tree)
    rules: list[str] = []
    current = loaded
    for _round in range(MOST_ROUNDS):
        chosen = _apart(finding for finding in lint(current) if finding.edits)
        tree = current.submission.tree
        if not chosen or tree is None:
            break
        text = apply(tree.text, [edit for finding in chosen for edit in finding.edits])
        after = _bytes(replace(tree, text=text))
        current = _loaded(loaded, after)
        if current.submission.tree is None:
            raise MendError(
                f"{loaded.submission.path}: mending {chosen[0].rule} would break the file",
                next_step="mend it by hand; please report this as a fault in Plimsoll",
            )
        rules += [finding.rule for finding in chosen]
    return Mended(before=before, after=after, rules=tuple(rules))


def _bytes(tree: Tree | None) -> bytes:
    """Return the file of which `tree` was made."""
    if tree is None:
        return b""
    return (codecs.BOM_UTF8 if tree.byte_order_mark else b"") + tree.text.encode("utf-8")


def _loaded(loaded: Loaded, data: bytes) -> Loaded:
    """Return `loaded` as if its file held `data`."""
    old = loaded.submission
    new = replace(parse(data, old.path), version=old.version, product=old.product)
    return replace(loaded, submission=new)


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings whose edits do not touch each other, the first ones first."""
    chosen: list[Finding] = []
    taken: list[Edit] = []
    for finding in findings:
        if not any(_touch(edit, other) for edit in finding.edits for other in taken):
            chosen.append(finding)
            taken += finding.edits
    return chosen


def _touch(one: Edit, other: Edit) -> bool:
    return one.start <= other.end and other.start <= one.end


def difference(mended: Mended, path: str) -> str:
    """Return the change as a unified diff; empty without one. Line ends are shown as they are."""
    before, after = (_lines(each.decode("utf-8")) for each in (mended.before, mended.after))
    lines = unified_diff(before, after, f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Return lines that end with a line feed, as patch counts them, and nowhere else."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def write(path: Path, mended: Mended) -> None:
    """Replace the file at `path`, keeping its mode. Raises MendError; then it is as it was."""
    try:
        target = path.resolve(strict=True)
        if target.read_bytes() != mended.before:
            raise MendError(
                f"{path} changed while it was looked at", next_step="run the command again"
            )
        replace_file(target, mended.after, mode=stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        raise MendError(
            f"{path} cannot be written: {error.strerror or error}",
            next_step="see to its rights; `--fix --dry-run` shows the change",
        ) from None
