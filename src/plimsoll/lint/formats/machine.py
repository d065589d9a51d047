"""Findings as JSON."""

from __future__ import annotations

import msgspec

from plimsoll.lint.formats import Report


def render(report: Report) -> str:
    """Return {"files", "counts", "mended", "findings"}; findings as `Finding` has them."""
    content = {
        "files": report.files,
        "counts": report.counts,
        "mended": report.mended,
        "findings": report.findings,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
