"""Only gangs that fit are shown, or what became of the one that does not is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit import tables
from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="gang-without-refusal",
    title="no gang is shown that does not fit, or not what became of it",
    why="a scheduler without gangs also runs a job that fits; all-or-nothing shows in one that "
    "does not",
    requirements=frozenset({"gang_scheduling"}),
)

_REFUSED = re.compile(
    r"\bPending\b|\bunschedulable\b|\bSuspended\b|\binsufficient\b|\bnot admitted\b|\bexceed"
    r"|\bcouldn't assign\b|\binadmissible\b|\bFailedScheduling\b|\b0/\d+ nodes are available\b",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"\boversized?\b|\btoo (?:large|big)\b|\binsufficient\b|\bexceed", re.IGNORECASE
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding."""
    texts = [each for each in view.documents if each.transcript.steps]
    if not texts or any(_refused(each) for each in texts):
        return
    for document in texts:
        for line, text in (*document.typed, *document.prose):
            if _TOO_LARGE.search(text):
                what = "not demonstrated: what became of the job that does not fit ({place})"
                yield view.at(RULE, document, line, what)
                return
    document = texts[-1]
    line = document.shown[-1][0] if document.shown else document.typed[0][0]
    what = "not demonstrated: a job that does not fit; the text shows one that does, up to {place}"
    yield view.at(RULE, document, line, what)


def _refused(document: Document) -> bool:
    """Return whether output shows that something waits."""
    if any(
        _REFUSED.search(text)
        and "PENDING WORKLOADS" not in text
        and "Pending Workloads" not in text
        for _, text in document.shown
    ):
        return True
    return any(
        row.get("PENDING WORKLOADS", "").strip("0").isdecimal()
        or ("ADMITTED" in row and row["ADMITTED"] in {"", "False"} and row.get("NAME"))
        for _, row in tables.rows(document.shown)
    )
