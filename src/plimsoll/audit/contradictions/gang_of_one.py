"""The gangs that are shown have one member each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="gang-of-one",
    title="the jobs shown have one pod each",
    why="all-or-nothing cannot be told from quota where every job is one pod",
    requirements=frozenset({"gang_scheduling"}),
)

_JOB = re.compile(r"^\s*(?:-\s+)?kind:\s*['\"]?\w*Job\b")
_MEMBERS = re.compile(
    r"\b(?:parallelism|completions|minAvailable|minMember|replicas|size|numNodes|minCount|count)"
    r"['\"]?:\s*['\"]?(\d{1,6})"
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first job."""
    typed = [(document, line, text) for document in view.documents for line, text in document.typed]
    jobs = [(document, line) for document, line, text in typed if _JOB.match(text)]
    sizes = [int(found[1]) for _, _, text in typed for found in _MEMBERS.finditer(text)]
    if jobs and not any(size > 1 for size in sizes):
        document, line = jobs[0]
        subject = "the job at {place} has" if len(jobs) == 1 else "the jobs from {place} on have"
        suffix = "" if len(jobs) == 1 else " each"
        yield view.at(RULE, document, line, f"not demonstrated: {subject} one pod{suffix}")
