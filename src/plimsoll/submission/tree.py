"""YAML as it stands: scalars with their places, nothing resolved, everything bounded (pure).

A submission may come from anybody. The tree keeps what a loader would throw away (duplicate keys,
quotes, the key as written) and is built from parser events, so that neither an alias bomb nor deep
nesting can cost more than a sentence.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from plimsoll.submission.finding import Place

MOST_BYTES = 1 << 20
"""Largest PRODUCT.yaml that is read; real ones have 5 to 15 kB."""
DEEPEST = 32
MOST_NODES = 20_000


class BadYamlError(Exception):
    """The bytes are not YAML that can be read; `place` says where."""

    def __init__(self, rule: str, what: str, place: Place) -> None:
        super().__init__(f"{place}: {what}")
        self.rule = rule
        self.what = what
        self.place = place


class Scalar(Struct, frozen=True, kw_only=True):
    """One scalar."""

    value: str
    """After the parser took quotes and folding away."""
    place: Place
    start: int = 0
    """Characters from the start of the file to its first, quotes included."""
    end: int = 0
    style: str = ""
    """Empty for plain, else `'`, `"`, `|` or `>`."""
    tag: str = ""
    """An explicit tag as the parser gives it."""

    @property
    def is_null(self) -> bool:
        """Whether every parser reads nothing here."""
        return not self.style and self.value in {"", "~", "null", "Null", "NULL"}


class Mapping(Struct, frozen=True, kw_only=True):
    """A mapping in the order of the file, duplicates and all. A key is a Scalar or odd."""

    items: tuple[tuple[Node, Node], ...]
    place: Place
    start: int = 0
    end: int = 0

    def scalars(self) -> Iterator[tuple[Scalar, Node]]:
        """Yield the entries whose key is a scalar."""
        for key, value in self.items:
            if isinstance(key, Scalar):
                yield key, value

    def get(self, *names: str) -> Node | None:
        """Return the value of the first entry under one of `names`."""
        return next((value for key, value in self.scalars() if key.value in names), None)


class Sequence(Struct, frozen=True, kw_only=True):
    """A sequence."""

    items: tuple[Node, ...]
    place: Place
    start: int = 0
    end: int = 0
    flow: bool = False
    """Written with brackets."""


class Alias(Struct, frozen=True, kw_only=True):
    """A reference to an anchor. It is never followed: no submission needs one."""

    name: str
    place: Place


Node = Scalar | Mapping | Sequence | Alias


class Tree(Struct, frozen=True, kw_only=True):
    """One file's first document."""

    text: str
    """Without a byte order mark."""
    root: Node | None
    """None for a file without content."""
    byte_order_mark: bool = False
    documents: int = 1
    """How many documents the file holds; only the first is read."""
    anchors: tuple[Alias, ...] = ()
    """Anchors as they are set."""


def read(data: bytes, path: str) -> Tree:
    """Return the tree of `data`. Raises BadYamlError; `path` is what places say.

    Lines that end in CR LF keep their characters: `start` and `end` count them in `Tree.text`.
    """
    if len(data) > MOST_BYTES:
        raise BadYamlError(
            "yaml-too-large",
            f"{len(data)} bytes; at most {MOST_BYTES} are read",
            Place(path),
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadYamlError(
            "yaml-not-utf8", f"byte {error.start} is not UTF-8", Place(path, line)
        ) from None
    builder = _Builder(path)
    try:
        builder.take(_events(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
        raise BadYamlError("yaml-broken", str(error.problem or error.context), place) from None
    except (YAMLError, ValueError) as error:
        raise BadYamlError("yaml-broken", str(error).splitlines()[0], Place(path)) from None
    return Tree(
        text=text,
        root=builder.root,
        byte_order_mark=data.startswith(codecs.BOM_UTF8),
        documents=builder.documents,
        anchors=tuple(builder.anchors),
    )


def _events(text: str) -> Iterator[Any]:
    return iter(YAML(typ="safe", pure=False).parse(io.StringIO(text)))


class _Open(Struct):
    """A collection whose end has not been seen."""

    event: Any
    items: list[Node]


class _Builder:
    """Makes a tree of events, without recursion."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.root: Node | None = None
        self.documents = 0
        self.anchors: list[Alias] = []
        self._open: list[_Open] = []
        self._nodes = 0

    def take(self, events: Iterator[Any]) -> None:
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                self.documents += 1
            elif self.documents == 1:
                self._one(kind, event)

    def _one(self, kind: str, event: Any) -> None:
        if kind in {"MappingStartEvent", "SequenceStartEvent"}:
            self._anchor(event)
            self._open.append(_Open(event=event, items=[]))
            if len(self._open) > DEEPEST:
                raise self._refused("yaml-too-deep", f"nested deeper than {DEEPEST}", event)
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._add(_closed(self._open.pop(), event, self.path), event)
        elif kind == "ScalarEvent":
            self._anchor(event)
            self._add(_scalar(event, self.path), event)
        elif kind == "AliasEvent":
            self._add(Alias(name=str(event.anchor), place=_place(event, event, self.path)), event)

    def _anchor(self, event: Any) -> None:
        if event.anchor is not None:
            place = _place(event, event, self.path)
            self.anchors.append(Alias(name=str(event.anchor), place=place))

    def _add(self, node: Node, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self._refused("yaml-too-large", f"more than {MOST_NODES} values", event)
        if self._open:
            self._open[-1].items.append(node)
        else:
            self.root = None if isinstance(node, Scalar) and node.is_null else node

    def _refused(self, rule: str, what: str, event: Any) -> BadYamlError:
        return BadYamlError(rule, what, _place(event, event, self.path))


def _closed(opened: _Open, end: Any, path: str) -> Node:
    place = _place(opened.event, end, path)
    start, stop = opened.event.start_mark.index, end.end_mark.index
    if type(opened.event).__name__ == "SequenceStartEvent":
        flow = bool(opened.event.flow_style)
        return Sequence(items=tuple(opened.items), place=place, start=start, end=stop, flow=flow)
    pairs = tuple(zip(opened.items[::2], opened.items[1::2], strict=True))
    return Mapping(items=pairs, place=place, start=start, end=stop)


def _scalar(event: Any, path: str) -> Scalar:
    return Scalar(
        value=event.value,
        place=_place(event, event, path),
        start=event.start_mark.index,
        end=event.end_mark.index,
        style=event.style or "",
        tag="" if event.tag is None else str(event.tag),
    )


def _place(start: Any, end: Any, path: str) -> Place:
    first, last = start.start_mark, end.end_mark
    return Place(path, first.line + 1, first.column + 1, last.line + 1, last.column + 1)
