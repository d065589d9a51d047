"""Writes route-configuration.md from the router's table of plugins and its presets."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.router.epp_config import API_VERSION, OLD_API_VERSION
from plimsoll.router.plugins import (
    DEPRECATED,
    PLUGINS,
    UNSUPPORTED,
    UNUSED,
    Parameter,
    Plugin,
    Point,
    in_words,
)
from plimsoll.router.presets import DEFAULT, MEANINGS, PRESETS

_POINTS: dict[Point, tuple[str, str]] = {
    "filter": ("Filters", "Each takes candidates away; they run in the order of the profile."),
    "scorer": (
        "Scorers",
        (
            "Each gives every candidate 0 to 1. The values are multiplied by the profile's weight "
            "(1 without one) and summed; weights are not normalised."
        ),
    ),
    "picker": (
        "Pickers",
        (
            "One for each profile. Without one: the first picker in `plugins`, "
            "else `max-score-picker`."
        ),
    ),
    "handler": ("Profile handlers", "One at most. Without one there can be only one profile."),
    "parser": ("Parsers", "How bodies are read. Without `requestHandler`: both."),
    "built in": ("Built in", "What these do is always done; some of their parameters count."),
}


def page() -> str:
    """Return the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# Configuration of `plimsoll route`\n"
    yield "Written by `make docs` from the router's own table of plugins.\n"
    yield (
        "Decisions are configured by an `EndpointPickerConfig`, the file that llm-d's endpoint "
        f"picker reads (`{API_VERSION}`; `{OLD_API_VERSION}` is accepted with a note), or by a "
        "preset. Names, parameters, defaults and arithmetic are llm-d's. "
        "`plimsoll route lint FILE` explains a file in words and says what is wrong with it, with "
        "line and column; nothing in a file is skipped in silence.\n"
    )
    yield "A request goes through one profile: filters, then scores, then the picker.\n"
    yield from _presets()
    for point, (title, text) in _POINTS.items():
        yield f"## {title}\n\n{text}\n"
        for plugin in PLUGINS.values():
            if plugin.point == point:
                yield from _plugin(plugin)
    yield from _others()


def _presets() -> Iterator[str]:
    yield "## Presets\n"
    for name, text in PRESETS.items():
        default = " (the default)" if name == DEFAULT else ""
        yield f"### `{name}`{default}\n\n{MEANINGS[name].capitalize()}.\n\n```yaml\n{text}```\n"


def _plugin(plugin: Plugin) -> Iterator[str]:
    words = in_words(plugin, {each.name: f"`{each.name}`" for each in _of_text(plugin)})
    yield f"### `{plugin.name}`\n\n{words[0].upper()}{words[1:]}.\n"
    if plugin.parameters:
        yield "| parameter | kind | default | bounds | meaning |\n|---|---|---|---|---|"
        yield from (_row(each) for each in plugin.parameters)
        yield ""


def _of_text(plugin: Plugin) -> list[Parameter]:
    return [each for each in plugin.parameters if each.default is None]


def _row(parameter: Parameter) -> str:
    default = "" if parameter.default is None else f"`{_shown(parameter.default)}`"
    bounds = ""
    if parameter.least is not None:
        bounds = (
            f"{parameter.least:g} to {parameter.most:g}"
            if parameter.most is not None
            else (f"at least {parameter.least:g}")
        )
    meaning = parameter.meaning
    if parameter.without_effect:
        meaning = f"Changes nothing here: {parameter.without_effect}."
    return f"| `{parameter.name}` | {parameter.kind} | {default} | {bounds} | {meaning} |"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _others() -> Iterator[str]:
    yield "## Other names\n"
    yield "| deprecated | write |\n|---|---|"
    yield from (f"| `{old}` | `{new}` |" for old, new in DEPRECATED.items())
    yield "\nAccepted, and without effect while flow control is off:\n"
    yield "| plugin | why |\n|---|---|"
    yield from (f"| `{name}` | {why} |" for name, why in UNUSED.items())
    yield "\nNot implemented, and refused by name:\n"
    yield "| plugin | the nearest that is |\n|---|---|"
    yield from (f"| `{name}` | `{nearest}` |" for name, nearest in UNSUPPORTED.items())
    yield (
        "\nThe feature gate `flowControl` is refused: requests are not queued in the router. "
        "`dataLayer.peerDiscovery` and cross-replica synchronisation are refused: routers do not "
        "share their state.\n"
    )
