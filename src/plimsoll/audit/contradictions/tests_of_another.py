"""Test results are linked in which no test is named for this requirement."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="tests-of-another",
    title="the linked results list no test of this requirement",
    why="results are evidence of what their tests are about",
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first file that lists tests."""
    listed = [each for each in view.documents if each.results and each.results.cases]
    if not listed or any(document.cases_of(view.cell.id) for document in listed):
        return
    document = listed[0]
    cases = document.results.cases if document.results else ()
    count = "1 test" if len(cases) == 1 else f"{len(cases)} tests"
    what = f"not demonstrated: {{place}} begins {count}, none of them named for {view.cell.id}"
    yield view.at(RULE, document, cases[0].line, what, quote=cases[0].name)
