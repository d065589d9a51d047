"""What `submit` came to: every cell, what is left to a person, what was changed and kept."""

from __future__ import annotations

from msgspec import Struct

from plimsoll.errors import ExitCode
from plimsoll.standard.verdicts import Verdict
from plimsoll.submission import Finding, Severity
from plimsoll.submission.results import Outcome as TestOutcome
from plimsoll.submit.answers import Answer
from plimsoll.submit.filling import Change


class CellOutcome(Struct, frozen=True, kw_only=True):
    """One cell as it stands in PRODUCT.yaml now."""

    answer: Answer
    status: str
    yours: bool
    """Whether a person gave the status."""
    breaks: tuple[str, ...] = ()
    """Rules of the official validator that the cell breaks, in its own terms."""

    @property
    def todo(self) -> str:
        """Return what a person has to do; empty where nothing is left."""
        return "" if self.yours and self.status else self.answer.todo

    @property
    def failed(self) -> bool:
        """Whether Plimsoll, or the official suite, saw it fail."""
        official = self.answer.official
        return self.answer.verdict == Verdict.FAIL or (
            official is not None and official.outcome is TestOutcome.FAILED
        )

    @property
    def overclaims(self) -> bool:
        """Whether a person claims what the run speaks against."""
        told = self.answer.disagreement or self.answer.verdict in {
            Verdict.FAIL,
            Verdict.NOT_APPLICABLE,
        }
        return self.yours and self.status in {"Implemented", "Partially Implemented"} and bool(told)


class Submitted(Struct, frozen=True, kw_only=True):
    """The whole outcome."""

    out: str
    version: str
    run: str
    platform: str
    cells: tuple[CellOutcome, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    findings: tuple[Finding, ...]
    """What `plimsoll lint` says of the result."""

    @property
    def exit_code(self) -> ExitCode:
        """FAIL where something failed, INCONCLUSIVE where it cannot be handed in as it is."""
        if any(cell.failed for cell in self.cells):
            return ExitCode.FAIL
        if any(each.official or each.severity is Severity.ERROR for each in self.findings):
            return ExitCode.INCONCLUSIVE
        return ExitCode.PASS
