"""A pattern that no shell expanded is looked for as if it were a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="literal-glob",
    title="`ls /dev/nvidia*` through exec without a shell, so that nothing expands the pattern",
    why="no file is named `nvidia*`, so this fails whatever devices are in the container",
    requirements=frozenset({"secure_accelerator_access"}),
)

_RUNS = re.compile(r"\bexec\b.{0,400}?\s/dev/[\w./-]*\*", re.DOTALL)
_SHELL = re.compile(r"\b(?:ba|da|a|z)?sh\b['\"]?\s+-\w*c\b")
_LITERAL = re.compile(r"/dev/[\w./-]*\*'?: No such file")


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file."""
    for document in view.documents:
        transcript = document.transcript
        for step in transcript.steps:
            command = transcript.command(step)
            if not _RUNS.search(command) or _SHELL.search(command):
                continue
            found = next((at for at in step.output if _LITERAL.search(transcript.lines[at])), None)
            if found is not None:
                what = (
                    "not demonstrated: at {place} the pattern itself was looked for; "
                    "no shell expanded it"
                )
                yield view.at(RULE, document, found + document.first, what)
                break
