"""YAML with places: every value knows the line and column that a complaint about it names.

Anything may be in a file that a person wrote. It is read whole, bounded, and never resolved into
objects; what cannot be read is one sentence with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

MOST_BYTES = 1 << 20


class Place(Struct, frozen=True):
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class BadYamlError(Exception):
    """The text is not YAML that can be read."""

    def __init__(self, place: Place, what: str) -> None:
        super().__init__(f"{place}: {what}")
        self.place = place
        self.what = what


class Node(Struct, frozen=True):
    """A value and its place."""

    value: Any
    place: Place

    @property
    def is_mapping(self) -> bool:
        """Whether it holds keys and values."""
        return isinstance(self.value, CommentedMap)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, CommentedSeq)

    def entries(self) -> Iterator[tuple[str, Place, Node]]:
        """Yield key, place of the key and value of a mapping."""
        for key, value in self.value.items():
            key_place = self._at(self.value.lc.key, key)
            yield str(key), key_place, Node(value, self._at(self.value.lc.value, key))

    def items(self) -> Iterator[Node]:
        """Yield the items of a list."""
        for index, value in enumerate(self.value):
            yield Node(value, self._at(self.value.lc.item, index))

    def _at(self, find: Any, key: Any) -> Place:
        try:
            line, column = find(key)
        except (KeyError, TypeError):  # it came in through a merge key
            return self.place
        return Place(self.place.file, line + 1, column + 1)


def read(data: bytes, file: str) -> Node:
    """Return the document in `data`; `file` is what places say. Raises BadYamlError."""
    start = Place(file, 1, 1)
    if len(data) > MOST_BYTES:
        raise BadYamlError(Place(file), f"it has {len(data)} bytes; at most {MOST_BYTES} are read")
    yaml = YAML(typ="rt", pure=True)
    yaml.composer.warn_double_anchors = False  # YAML allows it, and the later one counts
    try:
        text = data.decode("utf-8-sig")
        document = yaml.load(text)
    except UnicodeDecodeError as error:
        raise BadYamlError(Place(file), f"byte {error.start} is not UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else start
        what = " ".join(str(error.problem or error.context).split())
        raise BadYamlError(place, f"this is not YAML: {what}") from None
    except RecursionError:
        raise BadYamlError(start, "it is nested too deeply") from None
    except (YAMLError, ValueError, TypeError, AttributeError, KeyError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadYamlError(start, f"this is not YAML: {first}") from None
    return Node(document, start)


def said(value: object) -> str:
    """Return what kind of thing a value is, in words, with the value where it is short."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    shown = repr(value if not isinstance(value, str) else str(value))
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
