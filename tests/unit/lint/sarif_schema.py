"""SARIF 2.1.0 as far as Plimsoll writes it: names, what must be there, and which values may stand.

Written by hand from the published JSON schema: there, as here, no object takes a name that it does
not define, but for property bags.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Level = Literal["none", "note", "warning", "error"]
FromOne = Annotated[int, Meta(ge=1)]
FromZero = Annotated[int, Meta(ge=0)]
UriReference = Annotated[str, Meta(pattern=r"^([A-Za-z0-9._~/?#@!$&'()*+,;=:-]|%[0-9A-F]{2})*$")]


class _Object(Struct, forbid_unknown_fields=True, rename="camel"):
    """An object of the schema."""


class Text(_Object):
    """A message, or a text in a rule."""

    text: str


class ArtifactLocation(_Object):
    """A file."""

    uri: UriReference


class Artifact(_Object):
    """A file that was looked at."""

    location: ArtifactLocation


class Region(_Object):
    """A part of a file, by lines or by characters."""

    start_line: FromOne | None = None
    start_column: FromOne | None = None
    end_line: FromOne | None = None
    end_column: FromOne | None = None
    char_offset: FromZero | None = None
    char_length: FromZero | None = None


class PhysicalLocation(_Object):
    """A file, and a part of it."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class Location(_Object):
    """Where a result was found."""

    physical_location: PhysicalLocation


class Replacement(_Object):
    """What is taken out and put in."""

    deleted_region: Region
    inserted_content: Text | None = None


class ArtifactChange(_Object):
    """The changes of one file."""

    artifact_location: ArtifactLocation
    replacements: Annotated[list[Replacement], Meta(min_length=1)]


class Fix(_Object):
    """How a result can be mended."""

    artifact_changes: Annotated[list[ArtifactChange], Meta(min_length=1)]
    description: Text | None = None


class Result(_Object):
    """One result."""

    message: Text
    rule_id: str
    level: Level
    locations: list[Location]
    rule_index: FromZero | None = None
    fixes: list[Fix] = []


class Configuration(_Object):
    """How a rule counts when nobody says otherwise."""

    level: Level


class Rule(_Object):
    """One rule."""

    id: str
    short_description: Text
    full_description: Text
    help: Text
    default_configuration: Configuration
    properties: dict[str, Any] = {}


class Driver(_Object):
    """The tool itself."""

    name: str
    version: str
    rules: list[Rule]


class Tool(_Object):
    """The tool and its extensions, of which there are none."""

    driver: Driver


class Run(_Object):
    """One run of the tool."""

    tool: Tool
    column_kind: Literal["utf16CodeUnits", "unicodeCodePoints"]
    artifacts: list[Artifact]
    results: list[Result]


class Log(_Object):
    """The file."""

    version: Literal["2.1.0"]
    runs: list[Run]
    schema: Annotated[str, Meta(pattern="^https://")] = field(name="$schema")
