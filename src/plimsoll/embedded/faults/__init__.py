"""Ways in which an embedded platform can be broken on purpose: one file per fault.

A fault breaks one promise of the platform (never an object that a check makes), so that a check
that does not see it is known to be blind. It is a module here with an attribute FAULT.
Most faults only change the configuration; those that cannot override `apply` and `revert`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from plimsoll.embedded import components
from plimsoll.errors import UsageError
from plimsoll.standard.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plimsoll.embedded.config import PlatformConfig
    from plimsoll.embedded.platform import Platform


class Fault:
    """One broken promise. Subclasses set the attributes and override what differs."""

    name: str
    """The word after --fault."""
    requirement: str
    """The id of the requirement whose check must catch it."""
    title: str
    """What is broken, in one line for people."""
    expected: Verdict
    """The verdict that its requirement must get on a platform with this fault."""
    expected_strict: Verdict
    """The same with --strict."""
    components: Sequence[str] = ()
    """Components beyond the core that it needs in place."""
    without: Sequence[str] = ()
    """Components that would keep the broken promise by themselves: taken away while it is in
    force, put back afterwards."""
    builds: Sequence[str] = ()
    """Builds beyond those of its components whose programs it needs."""

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Return the configuration of a platform that has this fault."""
        return config

    def apply(self, platform: Platform) -> None:
        """Do what configuration alone does not; runs after the platform follows `configure`."""
        for name in self.without:
            if platform.is_asked_for(name):
                components.registry()[name].remove(platform)

    def revert(self, platform: Platform) -> None:
        """Undo `apply`, and remove the components that only this fault had brought.

        Runs before the platform follows the healthy configuration again.
        """
        for name in self.components:
            if not platform.is_asked_for(name):
                components.registry()[name].remove(platform)

    def healthy(self, platform: Platform) -> str:
        """Return why the platform, after reverting, is not yet healthy; empty when it is."""
        return platform.waiting_for()


@cache
def registry() -> Mapping[str, Fault]:
    """Return every fault by its name."""
    found: dict[str, Fault] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        fault: Fault = importlib.import_module(f"{__name__}.{module.name}").FAULT
        found[fault.name] = fault
    return found


def get(name: str) -> Fault:
    """Return the fault of that name; raise UsageError if there is none."""
    known = registry()
    if name not in known:
        raise UsageError(
            f"there is no fault named {name!r}",
            next_step=f"choose from: {', '.join(sorted(known)) or 'none is built in'}",
        )
    return known[name]


def effective(asked: PlatformConfig) -> PlatformConfig:
    """Return the configuration to follow: `asked` with the changes of all its faults.

    Only `asked` is ever stored, so taking a fault's name out of it reverts what the fault changed.
    """
    config = asked
    for name in asked.faults:
        fault = get(name)
        config = fault.configure(config)
        kept = [c for c in config.components if c not in fault.without]
        wanted = tuple(dict.fromkeys([*kept, *fault.components]))
        config = msgspec.structs.replace(config, components=wanted)
    return config
