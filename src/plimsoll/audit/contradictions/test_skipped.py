"""A test of this requirement was skipped, in results that the submission itself links."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding, Severity, quoted
from plimsoll.submission.results import Case, Outcome

RULE = Rule(
    id="test-skipped",
    title="a test of this requirement was skipped in the linked results",
    why="a test that was skipped has shown nothing, also where its parent is listed as passed",
    severity=Severity.ERROR,
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield one finding per file of results."""
    passed_somewhere = any(
        case.outcome is Outcome.PASSED
        for document in view.documents
        for case in document.cases_of(view.cell.id)
    )
    for document in (*view.documents, *view.elsewhere):
        cases = document.cases_of(view.cell.id)
        skipped = [case for case in cases if case.outcome is Outcome.SKIPPED]
        if not skipped or any(case.outcome is Outcome.FAILED for case in cases):
            continue
        first = skipped[0]
        if len(skipped) == len(cases) and not passed_somewhere:
            subject = "the only test" if len(cases) == 1 else f"all {len(cases)} tests"
            verb = "was" if len(cases) == 1 else "were"
            what = f"contradicted by {{place}}: {subject} of {view.cell.id} {verb} skipped"
            yield view.at(RULE, document, first.line, what + _said(first), quote=first.name)
        elif len(skipped) < len(cases):
            count = f"{len(skipped)} of {len(cases)} tests of {view.cell.id}"
            verb = "was" if len(skipped) == 1 else "were"
            what = f"not demonstrated: {count} {verb} skipped, the first at {{place}}"
            yield view.at(
                RULE,
                document,
                first.line,
                what + _said(first),
                severity=Severity.WARNING,
                quote=first.name,
            )


def _said(case: Case) -> str:
    return f" ({quoted(case.message)})" if case.message else ""
