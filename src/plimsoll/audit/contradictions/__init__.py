"""What speaks against a cell's status, or leaves it without a demonstration: one file per detector.

A detector is a module here with a RULE and a function `find`; it is registered by being there. It
sees one cell and its texts, reads them line by line, and quotes what it found. Precision comes
first: a detector that cannot be sure says nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding


class Detector(Struct, frozen=True, kw_only=True):
    """One detector."""

    rule: Rule
    find: Callable[[CellView], Iterator[Finding]]


@cache
def registry() -> dict[str, Detector]:
    """Return every detector by its rule's id, sorted."""
    found = {}
    for each in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{each}")
        found[module.RULE.id] = Detector(rule=module.RULE, find=module.find)
    return found


def findings(view: CellView) -> tuple[Finding, ...]:
    """Return what all detectors say of a cell, in the order of their names."""
    status = view.cell.status.strip().lower()
    return tuple(
        finding
        for detector in registry().values()
        if status in detector.rule.statuses
        if not detector.rule.requirements or view.cell.id in detector.rule.requirements
        for finding in detector.find(view)
    )
