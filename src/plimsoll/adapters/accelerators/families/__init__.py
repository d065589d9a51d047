"""The accelerator families: one file each, with an attribute FAMILY.

Adding a family is adding a file; nothing else lists them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, Family


@cache
def registry() -> Mapping[str, Family]:
    """Return every family by its name."""
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    ]
    return {module.FAMILY.name: module.FAMILY for module in modules}


def of_driver(driver: str) -> Family | None:
    """Return the family that a DRA driver belongs to."""
    return next((family for family in registry().values() if driver in family.drivers), None)


def of_resource(resource: str) -> Family | None:
    """Return the family that an extended resource belongs to."""
    return next((family for family in registry().values() if family.offers(resource)), None)


def unknown(name: str) -> Family:
    """Return a family of which only the name is known, for what the user names."""
    return Family(name=name, title=f"unknown family ({name})", bypasses=NVIDIA_BYPASSES)
