"""What is known of one plugin, and of one parameter of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Point = Literal["filter", "scorer", "picker", "handler", "parser", "built in"]
Kind = Literal[
    "number", "integer", "truth", "text", "texts", "labels", "expressions", "engines", "anything"
]


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter of a plugin, under llm-d's name."""

    name: str
    kind: Kind
    meaning: str
    field: str = ""
    """Where it goes in the settings; empty: it has no effect here."""
    default: object = None
    least: float | None = None
    most: float | None = None
    without_effect: str = ""
    """Why it changes nothing here, when it does not."""


class Plugin(Struct, frozen=True, kw_only=True):
    """One plugin."""

    name: str
    """Its type in llm-d's configuration."""
    point: Point
    meaning: str
    """In words; `{name}` stands for the value of a parameter."""
    parameters: tuple[Parameter, ...] = ()
    makes: type[Struct] | None = None
    """Its part of the settings; None: what it does is built in."""
    instead_of: tuple[str, ...] = ()
    """Deprecated names that mean it too."""


def ignored(name: str, why: str, kind: Kind = "anything") -> Parameter:
    """Return a parameter that is accepted and changes nothing here."""
    return Parameter(name=name, kind=kind, meaning="Accepted.", without_effect=why)


ONE_INDEX = "there is one prefix index, and it is built in"
ONE_LOAD = "requests and tokens in flight are counted by the router itself"
