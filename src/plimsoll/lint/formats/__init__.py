"""Findings as other programs want them: JSON, SARIF and GitHub's annotations.

Each is a function of a report and returns the whole text; the view for people is `text`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from plimsoll.submission import Finding, Severity


class Report(Struct, frozen=True, kw_only=True):
    """What one run found."""

    files: tuple[str, ...]
    """Every file that was looked at, as the user would type it."""
    findings: tuple[Finding, ...] = ()
    mended: dict[str, int] = {}
    """How many findings were mended, by file."""

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return counted(self.findings)


def counted(findings: Sequence[Finding]) -> dict[Severity, int]:
    """Return how many findings there are of each severity, heaviest first."""
    seen = Counter(finding.severity for finding in findings)
    return {severity: seen[severity] for severity in Severity}
