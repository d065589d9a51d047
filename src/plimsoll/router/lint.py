"""What `plimsoll route lint` prints: a configuration in words, and what is wrong with it."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from plimsoll.router.epp_config import EppConfig
from plimsoll.router.explain import explanation


class FindingLine(Struct, frozen=True, kw_only=True):
    """A finding for programs; line and column count from 1, 0: the whole file."""

    level: str
    file: str
    line: int
    column: int
    what: str
    next_step: str


class LintDocument(Struct, frozen=True, kw_only=True):
    """What lint says, for programs."""

    usable: bool
    explanation: str
    findings: tuple[FindingLine, ...]


def lint_text(config: EppConfig) -> str:
    """Return the page for people."""
    parts = [explanation(config)] if config.decisions is not None else []
    parts += ["\n".join(str(each) for each in config.findings)] if config.findings else []
    counts = {
        level: sum(each.level == level for each in config.findings)
        for level in ("error", "warning", "note")
    }
    counted = ", ".join(f"{n} {level}{'s' * (n != 1)}" for level, n in counts.items() if n)
    verdict = "cannot be used" if config.decisions is None else "can be used"
    parts.append(f"{config.name} {verdict}{f': {counted}' if counted else ''}.")
    return "\n\n".join(parts) + "\n"


def lint_json(config: EppConfig) -> str:
    """Return the document for programs."""
    document = LintDocument(
        usable=config.decisions is not None,
        explanation=explanation(config) if config.decisions is not None else "",
        findings=tuple(
            FindingLine(
                level=each.level,
                file=each.place.file,
                line=each.place.line,
                column=each.place.column,
                what=each.what,
                next_step=each.next_step,
            )
            for each in config.findings
        ),
    )
    return msgspec.json.format(msgspec.json.encode(document)).decode() + "\n"
