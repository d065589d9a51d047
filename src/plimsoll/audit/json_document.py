"""An audit as a JSON document, with keys that stay (pure).

`docs/audit.md` describes it. A key may be added under one FORMAT; none is renamed or removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from plimsoll.audit.counts import Counts, Row, Tally, Trend, is_backed, is_claimed
from plimsoll.audit.model import CellAudit, PlimsollRun, SubmissionAudit
from plimsoll.submission import Finding, Place

FORMAT = 1


def document(audits: Sequence[SubmissionAudit], counts: Counts) -> bytes:
    """Return the document as indented UTF-8; texts stand in it as they were read."""
    content = {
        "format": FORMAT,
        "submissions": [_submission(each) for each in audits],
        "counts": _counts(counts),
    }
    try:
        encoded = msgspec.json.encode(content)
    except UnicodeEncodeError:  # a file's name that is not text
        encoded = msgspec.json.encode(_clean(content))
    return msgspec.json.format(encoded, indent=2) + b"\n"


def _submission(audit: SubmissionAudit) -> dict[str, Any]:
    return {
        "path": audit.path,
        "version": audit.version,
        "product": audit.product,
        "platform": audit.platform,
        "vendor": audit.vendor,
        "cells": [_cell(each) for each in audit.cells],
        "findings": [_finding(each) for each in audit.findings],
        "problems": [_finding(each) for each in audit.problems],
        "runs": [_run(each) for each in audit.runs],
    }


def _cell(cell: CellAudit) -> dict[str, Any]:
    return {
        "requirement": cell.requirement,
        "category": cell.category,
        "level": cell.level,
        "status": cell.status,
        "place": _place(cell.place),
        "kind": cell.kind.value,
        "claimed": is_claimed(cell),
        "backed": is_backed(cell),
        "contradicted": cell.contradicted,
        "evidence": [
            {
                "text": each.text,
                "kind": each.kind.value,
                "because": each.because,
                "path": each.path,
                "place": _place(each.place),
            }
            for each in cell.readings
        ],
        "findings": [_finding(each) for each in cell.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "place": _place(finding.place),
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
        "requirement": finding.requirement,
        "quote": finding.quote,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "line": place.line, "column": place.column}


def _run(run: PlimsollRun) -> dict[str, Any]:
    return {
        "path": run.path,
        "intact": run.intact,
        "verdicts": run.verdicts,
        "strict_verdicts": run.strict_verdicts,
        "problems": list(run.problems),
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "total": _row(counts.total),
        "versions": [_row(each) for each in counts.versions],
        "requirements": [_trend(each) for each in counts.requirements],
        "products": [_trend(each) for each in counts.products],
    }


def _trend(trend: Trend) -> dict[str, Any]:
    return {**_row(trend.total), "versions": [_row(each) for each in trend.versions]}


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "submissions": row.submissions,
        "all": _tally(row.all),
        "must": _tally(row.must),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "cells": tally.cells,
        "claimed": tally.claimed,
        "backed": tally.backed,
        "contradicted": tally.contradicted,
        "not_demonstrated": tally.not_demonstrated,
        "kinds": tally.kinds,
    }


def _clean(value: Any) -> Any:
    """Return `value` with every character that UTF-8 cannot say replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode()
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    return value
