"""From a tree to a submission: lenient, and never without a word (pure).

Whatever cannot be taken as part of a submission becomes a finding; the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.submission.finding import Finding, Place, Severity
from plimsoll.submission.model import METADATA, Cell, Field, Submission, camel_case, folder_names
from plimsoll.submission.tree import (
    BadYamlError,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Tree,
    read,
)

_CANONICAL = {name.lower(): name for name in METADATA}


def parse(data: bytes, path: str) -> Submission:
    """Return what `data` says as a submission; `path` gives places and the folder's names."""
    version, product = folder_names(path)
    try:
        tree = read(data, path)
    except BadYamlError as error:
        problem = _problem(
            error.rule, error.place, error.what, fix="mend it, or restore the template"
        )
        return Submission(path=path, version=version, product=product, problems=(problem,))
    reader = _Reader(path)
    fields, cells = reader.take(tree)
    return Submission(
        path=path,
        version=version,
        product=product,
        fields=fields,
        cells=cells,
        problems=tuple(reader.problems),
        tree=tree,
    )


def _problem(
    rule: str, place: Place, what: str, *, fix: str = "", requirement: str = ""
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        place=place,
        what=what,
        why="this part was not read as the template means it",
        fix=fix,
        requirement=requirement,
    )


class _Reader:
    """Reads one tree and keeps what it stumbled on."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Finding] = []

    def take(self, tree: Tree) -> tuple[tuple[Field, ...], tuple[Cell, ...]]:
        root = tree.root
        if not isinstance(root, Mapping):
            place = root.place if root is not None else Place(self.path)
            self._odd(place, "the file is not a mapping with `metadata` and `spec`")
            return (), ()
        return tuple(self._fields(root)), tuple(self._cells(root))

    def _odd(self, place: Place, what: str, *, requirement: str = "") -> None:
        fix = "write it as in the official template"
        self.problems.append(_problem("shape", place, what, fix=fix, requirement=requirement))

    def _mapping(self, root: Mapping, name: str) -> Mapping | None:
        value = root.get(name)
        if isinstance(value, Mapping):
            return value
        place = root.place if value is None else value.place
        self._odd(place, f"`{name}` is missing" if value is None else f"`{name}` is not a mapping")
        return None

    def _fields(self, root: Mapping) -> Iterator[Field]:
        metadata = self._mapping(root, "metadata")
        for key, value in metadata.scalars() if metadata else ():
            if not isinstance(value, Scalar):
                self._odd(value.place, f"`metadata.{key.value}` is not a text")
            name = _CANONICAL.get(camel_case(key.value).lower(), key.value)
            yield Field(name=name, key=key, value=value)

    def _cells(self, root: Mapping) -> Iterator[Cell]:
        spec = self._mapping(root, "spec")
        for category, entries in spec.scalars() if spec else ():
            if isinstance(entries, Scalar) and entries.is_null:
                continue
            if not isinstance(entries, Sequence):
                self._odd(entries.place, f"`spec.{category.value}` is not a list")
                continue
            for entry in entries.items:
                if isinstance(entry, Mapping):
                    yield self._cell(category.value, entry)
                else:
                    self._odd(entry.place, f"an entry of `spec.{category.value}` is not a mapping")

    def _cell(self, category: str, node: Mapping) -> Cell:
        identifier = self._text(node, "id", "")
        texts = {
            key: self._text(node, key, identifier)
            for key in ("description", "level", "status", "notes")
        }
        evidence = tuple(self._evidence(node, identifier))
        return Cell(id=identifier, category=category, node=node, evidence=evidence, **texts)

    def _text(self, node: Mapping, key: str, requirement: str) -> str:
        value = node.get(key)
        if isinstance(value, Scalar):
            return "" if value.is_null else value.value
        if value is not None:
            self._odd(value.place, f"`{key}` is not a text", requirement=requirement)
        return ""

    def _evidence(self, node: Mapping, requirement: str) -> Iterator[Scalar]:
        value = node.get("evidence")
        if value is None or (isinstance(value, Scalar) and value.is_null):
            return
        if not isinstance(value, Sequence):
            self._odd(value.place, "`evidence` is not a list", requirement=requirement)
        elif odd := next((each for each in value.items if not isinstance(each, Scalar)), None):
            self._odd(odd.place, "`evidence` holds what is not a text", requirement=requirement)
        yield from _scalars(value)


def _scalars(node: Node) -> Iterator[Scalar]:
    """Yield every value below `node`, aliases left out; the tree is bounded in depth."""
    if isinstance(node, Scalar):
        if not node.is_null:
            yield node
    elif isinstance(node, Sequence):
        for each in node.items:
            yield from _scalars(each)
    elif isinstance(node, Mapping):
        for _, value in node.items:
            yield from _scalars(value)
