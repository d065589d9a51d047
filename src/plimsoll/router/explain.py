"""A configuration in words: what happens to a request, profile by profile."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from plimsoll.router.epp_config import EppConfig
from plimsoll.router.plugin_list import PluginUse
from plimsoll.router.plugins import PLUGINS, in_words
from plimsoll.router.profiles import ProfileUse

WIDTH = 80


def explanation(config: EppConfig) -> str:
    """Return the configuration in words; empty when it could not be read that far."""
    return "\n".join(_lines(config))


def _lines(config: EppConfig) -> Iterator[str]:
    if config.handler is not None:
        yield from _wrapped("", f"Profile: {config.handler.words()}.")
    for profile in config.profiles:
        yield ""
        yield f"Profile {profile.name}"
        yield from profile_lines(profile)
    if config.parsers:
        yield ""
        for parser in config.parsers:
            yield from _wrapped("", f"Bodies, {parser}: {in_words(PLUGINS[parser], {})}.")
    if config.parsers and "passthrough-parser" not in config.parsers:
        yield "Any other path is refused with 400."


def profile_lines(profile: ProfileUse) -> Iterator[str]:
    """Yield what a profile does, a step to a line."""
    for number, use in enumerate(profile.filters, start=1):
        yield from _wrapped("  ", f"{number}. {_title(use)}: {use.words()}.")
    if profile.scorers:
        yield "  Scores, each times its weight, summed:"
        for scorer in profile.scorers:
            text = f"{scorer.weight:g} x {_title(scorer.use)}: {scorer.use.words()}."
            yield from _wrapped("     ", text)
    text = f"Then {_title(profile.picker)}: {profile.picker.words()}."
    yield from _wrapped("  ", text)
    many = profile.picker.values["maxNumOfEndpoints"]
    if many != 1:
        yield f"  It names {many} endpoints; the later ones are tried when the first fails."


def _title(use: PluginUse) -> str:
    return use.name if use.name == use.plugin.name else f"{use.name} ({use.plugin.name})"


def _wrapped(indent: str, text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "   ")
