"""The whole audit of many submissions: each by itself, its runs, then all side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from plimsoll.audit.across import findings
from plimsoll.audit.model import SubmissionAudit
from plimsoll.audit.runs import Verify, compared, runs
from plimsoll.submission import Loaded


def audit_all(
    loaded: Sequence[Loaded], one: Callable[[Loaded], SubmissionAudit], verify: Verify | None
) -> tuple[SubmissionAudit, ...]:
    """Return the audits of `loaded`, in order; `one` audits a submission by itself."""
    alone = []
    for each in loaded:
        audit = one(each)
        if verify is not None:
            audit = compared(replace(audit, runs=runs(each, verify)), each.folder)
        alone.append(audit)
    return tuple(findings(loaded, alone))
