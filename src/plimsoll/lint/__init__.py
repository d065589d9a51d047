"""Lints submissions: the rules of the programme that work offline, and what they miss.

`lint` is a function of the submission, the checklist and the files beside it; it reads nothing
else. Rules are found in `plimsoll.lint.rules`.
"""

from __future__ import annotations

from plimsoll.lint.context import Context
from plimsoll.lint.rule import RULES, Rule, Source
from plimsoll.lint.rules import load
from plimsoll.submission import Checklist, Finding, Loaded

load()

__all__ = ["RULES", "Rule", "Source", "lint"]


def lint(loaded: Loaded, checklist: Checklist | None = None) -> list[Finding]:
    """Return what the rules say about a submission, sorted by place.

    Without `checklist`, ids, categories and levels are compared with Plimsoll's own table of the
    version, and descriptions with nothing.
    """
    context = Context(loaded, checklist)
    found = [rule.finding(hit) for rule in RULES.values() for hit in rule.check(context)]
    return sorted(found, key=lambda each: (each.place, each.rule, each.what))
