"""Commands, scripts or manifests, without a trace that they were run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.model import Kind
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="no-output",
    title="commands or manifests without their output",
    why="what could be run is no record of a run",
)

_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\([^)]{1,300}\)")


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file of a cell that holds nothing better."""
    if view.kind is not Kind.MANIFEST:
        return
    for document in view.documents:
        steps = document.transcript.steps
        if document.results or document.shown or any(step.expected for step in steps):
            continue
        if not document.typed and not steps:
            continue
        images = sum(bool(_IMAGE.search(text)) for _, text in document.prose)
        shown = ""
        if images:
            noun = "image that it shows is" if images == 1 else "images that it shows are"
            shown = f"; {images} {noun} not read"
        line = steps[0].first + document.first if steps else document.typed[0][0]
        subject = f"{len(steps)} commands" if len(steps) > 1 else "what could be run"
        yield view.at(
            RULE,
            document,
            line,
            f"not demonstrated: {{place}} begins {subject}, none with output{shown}",
        )
