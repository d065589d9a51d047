"""Scheduling profiles: which filters, scorers and picker each has, and which a request gets."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from plimsoll.router.fields import known_fields, listed, text
from plimsoll.router.findings import Findings, did_you_mean
from plimsoll.router.plugin_list import Plugins, PluginUse, implicit
from plimsoll.router.plugins import PLUGINS, UNUSED, built, fields
from plimsoll.router.settings import (
    FilterSettings,
    HandlerSettings,
    HeaderProfileHandler,
    PickerSettings,
    ProfileSettings,
    ScorerSettings,
    SingleProfileHandler,
)
from plimsoll.router.tree import Node, Place

_IN_PROFILES = ("filter", "scorer", "picker")


class ScorerUse(Struct, frozen=True, kw_only=True):
    """A scorer in a profile."""

    use: PluginUse
    weight: float


class ProfileUse(Struct, frozen=True, kw_only=True):
    """One profile, its plugins in the order of the file."""

    name: str
    place: Place
    filters: tuple[PluginUse, ...]
    scorers: tuple[ScorerUse, ...]
    picker: PluginUse

    def settings(self) -> ProfileSettings:
        """Return its part of the settings."""
        return ProfileSettings(
            filters=tuple(cast("FilterSettings", _made(use)) for use in self.filters),
            scorers=tuple(
                cast("ScorerSettings", _made(each.use, weight=each.weight)) for each in self.scorers
            ),
            picker=cast("PickerSettings", _made(self.picker)),
        )


def _made(use: PluginUse, **more: object) -> Struct:
    return built(use.plugin, fields(use.plugin, use.given) | more)


def read_profiles(
    node: Node | None, plugins: Plugins, start: Place, findings: Findings
) -> tuple[ProfileUse, ...]:
    """Return the profiles; without any, one of all filters, scorers and pickers."""
    default_picker = _default_picker(plugins, start)
    entries = listed(node, "schedulingProfiles", findings)
    if not entries:
        chosen = [(use, 1.0) for use in plugins.values()]
        return (_profile("default", start, chosen, default_picker, findings),)
    profiles: list[ProfileUse] = []
    used: set[str] = set()
    for entry in entries:
        parts = known_fields(entry, "a scheduling profile", ("name", "plugins"), findings)
        name = text(parts.get("name"), "name", findings)
        if not name:
            findings.error(entry.place, "a scheduling profile has no name", "write name: NAME")
        if any(name == profile.name for profile in profiles):
            findings.error(entry.place, f"two scheduling profiles have the name {name}")
        chosen = _references(parts.get("plugins"), plugins, findings)
        used |= {use.name for use, _ in chosen}
        profiles.append(_profile(name, entry.place, chosen, default_picker, findings))
    for use in plugins.values():
        chosen_from = use.plugin.point in _IN_PROFILES and use is not default_picker
        if chosen_from and use.name not in used:
            findings.warning(use.place, f"no profile uses {use.name}", "refer to it, or remove it")
    return tuple(profiles)


def _default_picker(plugins: Plugins, start: Place) -> PluginUse:
    """As llm-d: the picker in the list, whichever it is; without one, the highest sum."""
    for use in plugins.values():
        if use.plugin.point == "picker":
            return use
    return PluginUse(name="max-score-picker", plugin=PLUGINS["max-score-picker"], place=start)


def _references(
    node: Node | None, plugins: Plugins, findings: Findings
) -> list[tuple[PluginUse, float]]:
    chosen: list[tuple[PluginUse, float]] = []
    for entry in listed(node, "a profile's plugins", findings):
        parts = known_fields(entry, "a profile's plugin", ("pluginRef", "weight"), findings)
        reference = parts.get("pluginRef")
        name = text(reference, "pluginRef", findings)
        place = reference.place if reference else entry.place
        if not name:
            findings.error(entry.place, "a profile's plugin has no pluginRef")
            continue
        if name not in plugins:
            if implicit(name, place, plugins, findings) is not None:
                findings.error(
                    place, f"{name} does not stand in plugins", f"add `- type: {name}` there"
                )
            continue
        use = plugins[name]
        if use.plugin.name in UNUSED:
            what = f"{use.plugin.name} is not implemented as a filter"
            findings.error(place, what, "the nearest that is: load-aware-scorer")
        elif use.plugin.point not in _IN_PROFILES:
            findings.note(place, f"{name} changes nothing in a profile: it works for all of them")
        chosen.append((use, _weight(parts.get("weight"), use, findings)))
    return chosen


def _weight(node: Node | None, use: PluginUse, findings: Findings) -> float:
    if node is None or node.value is None:
        return 1.0
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e300:
        findings.error(node.place, f"the weight of {use.name} must be a number of at least 0")
        return 1.0
    if use.plugin.point != "scorer":
        findings.warning(
            node.place, f"{use.name} is not a scorer: its weight changes nothing", "remove it"
        )
    if value == 0:
        findings.warning(node.place, f"the weight 0 of {use.name} makes it count for nothing")
    return float(value)


def _profile(
    name: str,
    place: Place,
    chosen: list[tuple[PluginUse, float]],
    default_picker: PluginUse,
    findings: Findings,
) -> ProfileUse:
    pickers = [use for use, _ in chosen if use.plugin.point == "picker"]
    if len(pickers) > 1:
        findings.error(
            place, f"profile {name} has {len(pickers)} pickers", "keep one: a profile has one"
        )
    scorers = [ScorerUse(use=use, weight=w) for use, w in chosen if use.plugin.point == "scorer"]
    picker = pickers[0] if pickers else default_picker
    if not scorers and picker.plugin.name != "random-picker":
        findings.warning(place, f"profile {name} has no scorer: its picker draws at random")
    return ProfileUse(
        name=name,
        place=place,
        filters=tuple(use for use, _ in chosen if use.plugin.point == "filter"),
        scorers=tuple(scorers),
        picker=picker,
    )


def read_handler(
    profiles: tuple[ProfileUse, ...],
    plugins: Plugins,
    start: Place,
    findings: Findings,
) -> tuple[PluginUse, HandlerSettings | None]:
    """Return which plugin chooses the profile, and its settings (None after a complaint)."""
    handlers = [use for use in plugins.values() if use.plugin.point == "handler"]
    for other in handlers[1:]:
        findings.error(other.place, f"{other.name} is a second profile handler", "keep one")
    single = PluginUse(
        name="single-profile-handler", plugin=PLUGINS["single-profile-handler"], place=start
    )
    handler = handlers[0] if handlers else single
    names = [profile.name for profile in profiles]
    if handler.plugin.name == "header-profile-handler" and len(names) > 1:
        return handler, _by_header(handler, names, findings)
    if len(names) > 1:
        findings.error(
            handlers[0].place if handlers else start,
            f"there are {len(names)} scheduling profiles, and nothing chooses between them",
            "add a header-profile-handler, or keep one profile",
        )
        return handler, None
    return handler, SingleProfileHandler(profile=names[0])


def _by_header(handler: PluginUse, names: list[str], findings: Findings) -> HandlerSettings | None:
    default = str(handler.values["defaultProfile"])
    if default not in names:
        findings.error(
            handler.place,
            f"the default profile {default} of {handler.name} is not there",
            did_you_mean(default, names),
        )
        return None
    return HeaderProfileHandler(
        header=str(handler.values["headerName"]).lower(),
        profiles={name: name for name in names},
        default=default,
    )
