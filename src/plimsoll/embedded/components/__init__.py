"""What is installed into an embedded platform the way a user would: one file per component.

A component is a module in this package with an attribute COMPONENT: an instance of a subclass of
Component.
Installing is server-side apply of its objects and is repeated whenever the configuration changes,
so it must be idempotent and must derive every object from the platform's configuration.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plimsoll.embedded.config import PlatformConfig
    from plimsoll.embedded.platform import Platform


ALL = "all"
"""The word after --with that means every component."""


class Component(ABC):
    """One thing that a platform can carry. Subclasses set the attributes, override what differs."""

    name: str
    """The word after --with."""
    title: str
    """What it is, in a few words for progress lines."""
    builds: Sequence[str] = ()
    """The builds (folders under builds/) whose binaries it needs."""
    requires: Sequence[str] = ()
    """All other components (beyond the core) that it cannot work without, in order."""

    def part_of_core(self, config: PlatformConfig) -> bool:  # noqa: ARG002
        """Return whether a platform with this configuration has it without being asked."""
        return False

    @abstractmethod
    def images(self, config: PlatformConfig, binaries: Mapping[str, Path]) -> Sequence[Path]:
        """Return OCI archives (made now if needed) to import on every node.

        `binaries` maps the name of each built program to its path. Runs in the caller of `up`, as
        root, before the platform exists.
        """

    @abstractmethod
    def install(self, platform: Platform) -> None:
        """Apply its objects; runs as soon as the API server answers, possibly before any node."""

    @abstractmethod
    def waiting_for(self, platform: Platform) -> str:
        """Return what is still missing, in a few words; empty when it is ready to use."""

    def remove(self, platform: Platform) -> None:
        """Take it out of a running platform, its kinds last; whatever a fault brings must do it."""
        raise NotImplementedError(f"{self.title} stays once it is there")


@cache
def registry() -> Mapping[str, Component]:
    """Return every component by its name."""
    found: dict[str, Component] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        component: Component = importlib.import_module(f"{__name__}.{module.name}").COMPONENT
        found[component.name] = component
    return found


def optional(config: PlatformConfig) -> list[str]:
    """Return the names of the components that are not part of the core, in order."""
    return sorted(name for name, found in registry().items() if not found.part_of_core(config))


def wanted(config: PlatformConfig) -> list[Component]:
    """Return the components of `config`, the core first and each after those that it requires.

    Raises UsageError on an unknown one.
    """
    known = registry()
    for name in config.components:
        if name not in known:
            raise UsageError(
                f"there is no component named {name!r}",
                next_step=f"choose from: {', '.join((*optional(config), ALL))}",
            )
    names = [name for name, found in known.items() if found.part_of_core(config)]
    for name in config.components:
        names += [*known[name].requires, name]
    return [known[name] for name in dict.fromkeys(names)]
