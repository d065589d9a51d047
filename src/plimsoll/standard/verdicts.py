"""The words in which Plimsoll speaks of results, shared by every package.

A claim has an outcome, a requirement has a verdict; both lists are closed, and only PASS is ever
turned into "Implemented" in a submission.
"""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """Where a claim comes from, which settles whether it decides a verdict."""

    CHECKLIST = "checklist"
    """The text of the requirement in the official checklist."""
    KAR = "KAR"
    """The programme's own description of the test for the requirement."""
    STRICTER = "stricter"
    """Ours: judged and shown, decides only with `--strict`."""
    INFORMATIVE = "informative"
    """Shown, never decides."""


class Outcome(StrEnum):
    """What judging found of one claim."""

    HELD = "held"
    VIOLATED = "violated"
    """A counter-example was observed."""
    UNDECIDED = "undecided"
    """A control did not show its effect, or the harness was blocked."""
    NOT_EXERCISED = "not exercised"
    """A step was not possible here (for example by pod security); never counted as held."""
    UNKNOWN = "unknown"
    """No probe exists for the accelerator at hand."""
    NOT_APPLICABLE = "not applicable"
    """The claim's condition was shown to be absent."""


class Verdict(StrEnum):
    """The result of one requirement."""

    PASS = "PASS"  # noqa: S105  (a verdict, not a password)
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNKNOWN = "UNKNOWN"
    SKIPPED = "SKIPPED"
