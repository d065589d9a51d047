"""Test results in the forms that conformance suites leave behind, read as they stand (pure).

JUnit, `go test -json`, `go test -v` and Ginkgo logs all become cases with an outcome and a line,
so that a claim can be held against what the linked file says. One form, one module; what is
damaged or hostile is refused with a sentence.
"""

from __future__ import annotations

from plimsoll.submission.results import ginkgo, gotest, junit
from plimsoll.submission.results.model import BadResultsError, Case, Outcome, Results, effective

__all__ = ["BadResultsError", "Case", "Outcome", "Results", "effective", "read_results"]


def read_results(data: bytes, name: str) -> Results | None:
    """Return the test results that a file holds; None when it holds none.

    `name` is the file's, for messages. Raises BadResultsError for results that are damaged (cut
    off, not well-formed), too many or hostile (a document type, entities).
    """
    return junit.read(data, name) or gotest.read(data, name) or ginkgo.read(data)
