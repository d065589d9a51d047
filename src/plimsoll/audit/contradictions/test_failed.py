"""A test failed in results that the cell, or another cell of the submission, links."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.document import Document
from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding, Severity, quoted
from plimsoll.submission.results import Outcome

RULE = Rule(
    id="test-failed",
    title="a test failed in the linked results",
    why="a failed test speaks against the claim that it was run for",
    severity=Severity.ERROR,
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file of results."""
    for document in (*view.documents, *view.elsewhere):
        failed = [
            case for case in document.cases_of(view.cell.id) if case.outcome is Outcome.FAILED
        ]
        if failed:
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            said = f": {quoted(failed[0].message)}" if failed[0].message else ""
            what = f"contradicted by {{place}}: a test of {view.cell.id} failed{more}{said}"
            yield view.at(RULE, document, failed[0].line, what, quote=failed[0].name)
        elif document in view.documents:
            yield from _others(view, document)


def _others(view: CellView, document: Document) -> Iterator[Finding]:
    """Yield what is worth knowing of failures that are not this requirement's."""
    results = document.results
    count = results.count(Outcome.FAILED) if results else 0
    if results is None or not count:
        return
    tests = "1 test" if count == 1 else f"{count} tests"
    case = next((case for case in results.cases if case.outcome is Outcome.FAILED), None)
    if case is None:
        what = f"not demonstrated: {{place}} sums up {tests} that failed, and does not name them"
        yield view.at(RULE, document, results.counts_line, what, severity=Severity.WARNING)
    else:
        what = f"{tests} of other requirements failed in the linked results, see {{place}}"
        yield view.at(RULE, document, case.line, what, severity=Severity.NOTE, quote=case.name)
