"""Audits of submissions: what kind of evidence stands behind each cell, and what contradicts it.

Nothing here asks a network or opens a file by itself: submissions come loaded, with folders that
refuse to be left, and runs of Plimsoll inside them go to whoever verifies them.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.audit.across import findings
from plimsoll.audit.model import SubmissionAudit
from plimsoll.audit.one import audit_one
from plimsoll.audit.runs import Verify, with_runs
from plimsoll.submission import Loaded

__all__ = ["SubmissionAudit", "Verify", "audit"]


def audit(loaded: Sequence[Loaded], verify: Verify | None = None) -> tuple[SubmissionAudit, ...]:
    """Return the audits of `loaded`, in order: each by itself, its runs, then all side by side.

    Without `verify` no run of Plimsoll is looked for.
    """
    alone = [audit_one(each) for each in loaded]
    if verify is not None:
        pairs = zip(loaded, alone, strict=True)
        alone = [with_runs(audited, each, verify) for each, audited in pairs]
    return tuple(findings(loaded, alone))
