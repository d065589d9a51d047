"""The list `plugins` of a configuration: each named, known, and its parameters understood."""

from __future__ import annotations

from msgspec import Struct, field

from plimsoll.router.fields import known_fields, listed, parameter, text
from plimsoll.router.findings import Findings, did_you_mean
from plimsoll.router.plugin_checks import CHECKS
from plimsoll.router.plugins import (
    DEPRECATED,
    PLUGINS,
    UNSUPPORTED,
    UNUSED,
    Plugin,
    defaults,
    in_words,
)
from plimsoll.router.tree import Node, Place


class PluginUse(Struct, frozen=True, kw_only=True):
    """One entry of the list."""

    name: str
    """By which profiles refer to it."""
    plugin: Plugin
    place: Place
    given: dict[str, object] = field(default_factory=dict)
    """Parameters that were written, under llm-d's names, as plain data."""

    @property
    def values(self) -> dict[str, object]:
        """Parameters as they count: those that were written, else their defaults."""
        return defaults(self.plugin) | self.given

    def words(self) -> str:
        """Return what it does."""
        return in_words(self.plugin, self.given)


class Plugins(dict[str, PluginUse]):
    """The plugins by name, in the order of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: set[str] = set()
        """Names of those that cannot be used: that has been said, and once is enough."""


def read_plugins(node: Node | None, start: Place, findings: Findings) -> Plugins:
    """Return the list; complain about what cannot be used."""
    uses = Plugins()
    entries = listed(node, "plugins", findings)
    if not entries:
        findings.warning(
            node.place if node else start,
            "there are no plugins: every endpoint is as good as another",
            "add scorers, for example prefix-cache-scorer and queue-scorer",
        )
    for entry in entries:
        use = _entry(entry, uses, findings)
        if use is None:
            continue
        if use.name in uses:
            findings.error(
                use.place, f"two plugins have the name {use.name}", "give each its own name"
            )
        uses[use.name] = use
    return uses


def implicit(name: str, place: Place, plugins: Plugins, findings: Findings) -> PluginUse | None:
    """Return a plugin that is meant by its type without standing in the list."""
    if name in plugins.refused:
        return None
    if not _is_type(name):
        findings.error(place, f"there is no plugin {name}", did_you_mean(name, plugins))
        return None
    known = _known(name, place, findings)
    return None if known is None else PluginUse(name=name, plugin=known, place=place)


def _is_type(name: str) -> bool:
    return name in PLUGINS or name in DEPRECATED or name in UNSUPPORTED or name in UNUSED


def _entry(node: Node, uses: Plugins, findings: Findings) -> PluginUse | None:
    fields = known_fields(node, "a plugin", ("name", "type", "parameters"), findings)
    kind = fields.get("type")
    type_name = text(kind, "type", findings)
    if kind is None or not type_name:
        findings.error(node.place, "a plugin has no type", "write type: NAME")
        return None
    name = text(fields.get("name"), "name", findings) or type_name
    plugin = _known(type_name, kind.place, findings)
    if plugin is None:
        uses.refused.add(name)
        return None
    given: dict[str, object] = {}
    if type_name not in UNUSED and "parameters" in fields:
        given = _parameters(fields["parameters"], plugin, type_name, findings)
    use = PluginUse(name=name, plugin=plugin, place=node.place, given=given)
    check = CHECKS.get(plugin.name)
    if check is not None:
        check(name, use.values, node.place, findings)
    return use


def _known(type_name: str, place: Place, findings: Findings) -> Plugin | None:
    """Return the plugin of a type, or say what to use instead."""
    if type_name in PLUGINS:
        return PLUGINS[type_name]
    if type_name in DEPRECATED:
        meant = DEPRECATED[type_name]
        findings.note(place, f"{type_name} is deprecated", f"write {meant}")
        return PLUGINS[meant]
    if type_name in UNUSED:
        findings.note(place, f"{type_name} changes nothing here: {UNUSED[type_name]}")
        return Plugin(name=type_name, point="built in", meaning="changes nothing here")
    if type_name in UNSUPPORTED:
        findings.error(
            place,
            f"the plugin {type_name} is not implemented",
            f"the nearest that is: {UNSUPPORTED[type_name]}",
        )
        return None
    findings.error(place, f"there is no plugin type {type_name}", did_you_mean(type_name, PLUGINS))
    return None


def _parameters(
    node: Node, plugin: Plugin, type_name: str, findings: Findings
) -> dict[str, object]:
    known = {each.name: each for each in plugin.parameters}
    given: dict[str, object] = {}
    for name, value_node in known_fields(node, type_name, known, findings).items():
        expected = known[name]
        if expected.without_effect:
            findings.note(
                value_node.place,
                f"{type_name} {name} changes nothing here: {expected.without_effect}",
            )
            continue
        value = parameter(value_node, expected, type_name, findings)
        if value is not None:
            given[name] = value
    return given
