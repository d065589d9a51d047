"""The rules, one file per family. A new file is found by its being here."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every family, so that each rule registers itself."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
