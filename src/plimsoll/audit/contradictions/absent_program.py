"""That a program is absent is taken as proof that the accelerator is out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding, Severity

RULE = Rule(
    id="absent-program",
    title="`nvidia-smi: command not found` and its like as a proof of isolation",
    why="a container without the vendor's program fails the same way whether or not the device is "
    "open to it",
    requirements=frozenset({"secure_accelerator_access"}),
)

_PROGRAM = r"(?:nvidia-smi|rocm-smi|amd-smi|xpu-smi|hl-smi|npu-smi|neuron-ls)"
_ABSENT = re.compile(
    rf"\b{_PROGRAM}['\"]?: (?:command not found|not found|No such file)"
    rf"|['\"]{_PROGRAM}\\?['\"]: executable file not found"
)
_BEFORE = 80
"""Characters of a long line that are quoted before what was found."""
_MEANT = re.compile(
    r"/dev/(?:nvidia(?!\*)[\w-]*|kfd|dri|accel\w*)'?: "
    r"(?:No such file|Permission denied|Operation not)"
    r"|\bNo (?:nvidia|GPU|accelerator) devices?\b|\b0 GPUs?\b|no CUDA-capable device"
    r"|CUDA_ERROR_NO_DEVICE|Operation not permitted",
    re.IGNORECASE,
)
_LISTS_DEV = re.compile(r"\bls\b[^|\n]{0,80}\s/dev/?(?:\s*$|[\"'])")


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file; a note where another negative stands beside."""
    for document in view.documents:
        seen = ((line, _ABSENT.search(text)) for line, text in document.shown)
        absent, said = next(((line, found) for line, found in seen if found), (0, None))
        if said is None:
            continue
        quote = said.string[max(0, said.start() - _BEFORE) :]
        other = _other(document)
        if other:
            what = (
                "{place} shows only that the program is absent from that container; "
                f"what counts is line {other}"
            )
            yield view.at(RULE, document, absent, what, severity=Severity.NOTE, quote=quote)
        else:
            what = (
                "not demonstrated: {place} shows that the program is absent from that container, "
                "not that the accelerator is"
            )
            yield view.at(RULE, document, absent, what, quote=quote)


def _other(document: Document) -> int:
    """Return the line of a negative that does look at devices; 0 for none."""
    for line, text in document.shown:
        if _MEANT.search(text):
            return line
    transcript = document.transcript
    for step in transcript.steps:
        listed = [transcript.lines[index] for index in step.output]
        if (
            len(listed) > 3
            and _LISTS_DEV.search(transcript.command(step))
            and not any("nvidia" in text for text in listed)
        ):
            return step.output[0] + document.first
    return 0
