"""What an audit says: for each cell the kind of its evidence, and what contradicts it (pure).

Counts, never a score. Findings are neutral: "not demonstrated", or "contradicted by" a place that
is quoted.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from plimsoll.submission import Finding, Place, Severity

CLAIMS = frozenset({"implemented", "partially implemented"})
"""Statuses, without case, by which a submission claims something."""


class Kind(StrEnum):
    """Kinds of evidence, strongest first."""

    RUN = "recorded run"
    """A log, test results or facts that a program wrote while it ran."""
    TRANSCRIPT = "transcript"
    """Commands with what they printed, put together by a person or a script."""
    MANIFEST = "manifest or script"
    """Something that could be run, without a trace that it was."""
    DOCUMENTATION = "documentation link"
    """A page that describes a feature."""
    PROSE = "prose"
    """Sentences, in a file or in the notes."""
    NOTHING = "nothing"
    """No evidence, or none that can be read."""


STRENGTH = tuple(Kind)
"""From the strongest to the weakest."""


class Reading(Struct, frozen=True, kw_only=True):
    """One evidence entry: what it really is."""

    text: str
    """As written."""
    place: Place
    """Of the entry in PRODUCT.yaml."""
    kind: Kind
    because: str
    """What shows the kind: "41 commands with their output", "a page on docs.example.com"."""
    path: str = ""
    """The file in the submission's folder that it means; empty for anything else."""


def is_refusal(finding: Finding) -> bool:
    """Tell whether a finding says that evidence was not read, which contradicts nothing."""
    return finding.rule in _REFUSALS


_REFUSALS = {
    "evidence-link",
    "evidence-outside",
    "evidence-special",
    "evidence-too-large",
    "evidence-unreadable",
}
"""What `submission.refusal` gives."""


class CellAudit(Struct, frozen=True, kw_only=True):
    """One cell."""

    requirement: str
    category: str
    level: str
    status: str
    place: Place
    kind: Kind
    """The strongest of its readings."""
    readings: tuple[Reading, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def contradicted(self) -> bool:
        """Whether something in the submission speaks against the cell's status."""
        return any(
            each.severity is Severity.ERROR and not is_refusal(each) for each in self.findings
        )

    @property
    def refused(self) -> bool:
        """Whether some of its evidence was not read, for what it is or where it leads."""
        return any(is_refusal(each) for each in self.findings)


class PlimsollRun(Struct, frozen=True, kw_only=True):
    """A run folder of Plimsoll inside a submission, judged again."""

    path: str
    """Relative to the submission's folder."""
    intact: bool
    """Its hashes and its verdicts are as recorded."""
    verdicts: dict[str, str] = {}
    """Verdict by requirement, judged again now."""
    strict_verdicts: dict[str, str] = {}
    problems: tuple[str, ...] = ()


class SubmissionAudit(Struct, frozen=True, kw_only=True):
    """One submission."""

    path: str
    version: str
    """`v1.35`; empty when neither folder nor file says one."""
    product: str
    """Name of its folder."""
    platform: str
    vendor: str
    cells: tuple[CellAudit, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Of the submission as a whole."""
    problems: tuple[Finding, ...] = ()
    """Why parts, or all, of it could not be read."""
    runs: tuple[PlimsollRun, ...] = ()
