"""What a finding comes to, in a word, and the rest of its sentence (pure)."""

from __future__ import annotations

from plimsoll.audit.model import is_refusal
from plimsoll.submission import Finding, Severity

CONTRADICTED = "contradicted"
NOT_DEMONSTRATED = "not demonstrated"
NOT_READ = "not read"


def word(finding: Finding) -> str:
    """Return contradicted, not demonstrated, not read, warning or note."""
    if is_refusal(finding):
        return NOT_READ
    if finding.severity is Severity.ERROR:
        return CONTRADICTED
    if finding.severity is Severity.WARNING and finding.what.startswith(NOT_DEMONSTRATED):
        return NOT_DEMONSTRATED
    return finding.severity.value


def rest(finding: Finding) -> str:
    """Return the sentence without the word that it starts with."""
    said = word(finding)
    told = said in {CONTRADICTED, NOT_DEMONSTRATED}
    return finding.what.removeprefix(said).lstrip(": ") if told else finding.what
