"""llm-d's plugins as this router knows them: what each does in words, its parameters, its place.

One table serves reading, `plimsoll route lint` and the page of the documentation. What the table
does not have is refused by name, with the nearest plugin that it has.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from plimsoll.router.plugins.absent import UNSUPPORTED, UNUSED
from plimsoll.router.plugins.built_in import BUILT_IN
from plimsoll.router.plugins.choosing import HANDLERS, PARSERS, PICKERS
from plimsoll.router.plugins.filters import FILTERS
from plimsoll.router.plugins.plugin import Kind, Parameter, Plugin, Point
from plimsoll.router.plugins.scorers import SCORERS

__all__ = [
    "DEPRECATED",
    "PLUGINS",
    "UNSUPPORTED",
    "UNUSED",
    "Kind",
    "Parameter",
    "Plugin",
    "Point",
    "built",
    "defaults",
    "fields",
    "in_words",
]

_ALL = (*FILTERS, *SCORERS, *PICKERS, *HANDLERS, *PARSERS, *BUILT_IN)
PLUGINS: dict[str, Plugin] = {plugin.name: plugin for plugin in _ALL}
"""Every plugin, by its type."""
DEPRECATED: dict[str, str] = {old: plugin.name for plugin in _ALL for old in plugin.instead_of}
"""Deprecated types, with the type that means the same."""


def defaults(plugin: Plugin) -> dict[str, object]:
    """Return the parameters of a plugin that have a default, with it."""
    return {each.name: each.default for each in plugin.parameters if each.default is not None}


def in_words(plugin: Plugin, given: dict[str, object]) -> str:
    """Return what a plugin does with these parameters (llm-d's names)."""
    values = dict.fromkeys((each.name for each in plugin.parameters), "") | defaults(plugin) | given
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        for name, value in values.items()
    }
    return plugin.meaning.format(**shown)


def fields(plugin: Plugin, given: dict[str, object]) -> dict[str, object]:
    """Return the settings that these parameters make, under their own names."""
    return {
        each.field: given[each.name]
        for each in plugin.parameters
        if each.field and each.name in given
    }


def built(plugin: Plugin, values: dict[str, object]) -> Struct:
    """Return the plugin's part of the settings. Raises msgspec.ValidationError."""
    if plugin.makes is None:
        raise msgspec.ValidationError(f"{plugin.name} has no settings")
    tag = plugin.makes.__struct_config__.tag
    return msgspec.convert({**values, "type": tag}, type=plugin.makes)
