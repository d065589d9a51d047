"""What a rule may look at: one submission, its checklist and the files beside it.

Everything that several rules need is worked out once. Which cells count, where a path leads and
what a status may be follows the official validator: that of v1.37 for v1.37 and later, the one
before it for older submissions.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from plimsoll.lint.anchors import Page, page
from plimsoll.lint.official import OfficialPath, where
from plimsoll.submission import (
    METADATA,
    Cell,
    Checklist,
    Field,
    File,
    Item,
    Loaded,
    Place,
    Reference,
    beside,
    known,
    refer,
)
from plimsoll.submission.results import BadResultsError, Results, read_results
from plimsoll.submission.tree import Alias, Mapping, Node, Scalar, Sequence

HYBRID_MINOR = 37
"""From this Kubernetes minor version on, the official validator reads test results."""

ARTIFACTS = frozenset({"junit.xml", "results.json", "e2e.log"})
"""The only file names that the official validator reads as test results."""


class Entry(Struct, frozen=True, kw_only=True):
    """One evidence entry of a cell."""

    cell: Cell
    scalar: Scalar
    reference: Reference
    path: str
    """The file of the submission's folder that it means; empty for anything else."""


class Context:
    """One submission under the rules. `checklist` is the user's copy, or None."""

    def __init__(self, loaded: Loaded, checklist: Checklist | None) -> None:
        self.submission = loaded.submission
        self.folder = loaded.folder
        self.given = checklist
        self.version = self.submission.release
        """`v1.N` of the folder, else of the file; empty when neither says one."""
        fits = checklist is not None and checklist.version == self.version
        self.checklist = checklist if checklist and fits else known(self.version)
        self._files: dict[str, File] = {}
        self._results: dict[str, Results | str | None] = {}
        self._pages: dict[str, Page] = {}

    @property
    def hybrid(self) -> bool:
        """Whether the official validator for this version reads test results."""
        return minor(self.version) >= HYBRID_MINOR

    @property
    def start(self) -> Place:
        """Return the place of what the file lacks as a whole."""
        return Place(self.submission.path)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the file, in its order, keys and all."""
        tree = self.submission.tree
        return tuple(walk(tree.root)) if tree and tree.root is not None else ()

    @cached_property
    def anchored(self) -> dict[str, Node]:
        """What each anchor of the file names; the last one where a name is set again."""
        tree = self.submission.tree
        there = {node.place: node for node in self.nodes}
        starts = {(place.line, place.column): node for place, node in there.items()}
        anchors = tree.anchors if tree else ()
        return {
            each.name: starts[each.place.line, each.place.column]
            for each in anchors
            if (each.place.line, each.place.column) in starts
        }

    @cached_property
    def counted(self) -> dict[str, Cell]:
        """The cell that the official validator reads for each id: the last in its category."""
        found: dict[str, Cell] = {}
        for cell in self.submission.cells:
            item = self.checklist.item(cell.id)
            if item is not None and item.category == cell.category:
                found[cell.id] = cell
        return found

    @cached_property
    def complete(self) -> bool:
        """Whether all that the file says was read: no alias stands for a part of it."""
        tree = self.submission.tree
        return tree is not None and not any(isinstance(node, Alias) for node in self.nodes)

    @cached_property
    def categories(self) -> dict[str, Scalar]:
        """The keys of `spec`, each the first of its name."""
        spec = self.section("spec")
        found: dict[str, Scalar] = {}
        for key, _value in spec.scalars() if spec else ():
            found.setdefault(key.value, key)
        return found

    def section(self, name: str) -> Mapping | None:
        """Return what stands under a key of the file itself, where that is a mapping."""
        tree = self.submission.tree
        found = tree.root.get(name) if tree and isinstance(tree.root, Mapping) else None
        return found if isinstance(found, Mapping) else None

    def alone(self, field: Field) -> bool:
        """Whether no other entry of `metadata` means the same as `field`."""
        return self._fields[field.name] == 1

    @cached_property
    def _fields(self) -> Counter[str]:
        return Counter(each.name for each in self.submission.fields)

    def item(self, cell: Cell) -> Item | None:
        """Return what the checklist says of a cell's id, or None."""
        return self.checklist.item(cell.id)

    def level(self, cell: Cell) -> str:
        """Return the level that counts: the checklist's, else as written."""
        item = self.item(cell)
        return item.level if item is not None else cell.level

    def counts(self, cell: Cell) -> bool:
        """Whether the official validator looks at this cell at all."""
        return self.counted.get(cell.id) is cell and not left_open(cell, self.level(cell))

    @cached_property
    def texts(self) -> tuple[tuple[Field, Scalar], ...]:
        """Every entry of `metadata` that is a scalar, with it."""
        return tuple(
            (field, field.value)
            for field in self.submission.fields
            if isinstance(field.value, Scalar)
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every evidence entry with words in it."""
        return tuple(
            self._entry(cell, scalar)
            for cell in self.submission.cells
            for scalar in cell.evidence
            if scalar.value.strip()
        )

    def _entry(self, cell: Cell, scalar: Scalar) -> Entry:
        reference = refer(scalar.value)
        submission = self.submission
        path = beside(reference, submission.version, submission.product)
        if not reference.is_url:
            path = path.removeprefix(f"{submission.version}/{submission.product}/")
        return Entry(cell=cell, scalar=scalar, reference=reference, path=path)

    def official_path(self, text: str) -> OfficialPath:
        """Return where the official validator looks for `text`, which is no web address."""
        home = (self.submission.version or "v1", self.submission.product or "product")
        return where(text, "/".join(home), hybrid=self.hybrid)

    def look(self, path: str) -> File:
        """Return what lies at a path of the submission's folder; at the empty one nothing does."""
        if path not in self._files:
            self._files[path] = self.folder.look(path) if path else File(path="", exists=False)
        return self._files[path]

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is none to read."""
        found = self.folder.read(path)
        return found if isinstance(found, bytes) else None

    @cached_property
    def names(self) -> dict[str, str]:
        """Some of the files in the submission's folder, by their name in lower case."""
        paths = self.folder.files(most=200)
        return {posixpath.basename(path).lower(): path for path in reversed(paths)}

    def page(self, path: str) -> Page:
        """Return what can be pointed at in a text of the submission's folder."""
        if path not in self._pages:
            data = self.read(path)
            self._pages[path] = page(data.decode("utf-8", "replace")) if data else Page()
        return self._pages[path]

    def results(self, path: str) -> Results | str | None:
        """Return the test results in a file, why they cannot be read, or None for no results."""
        if path not in self._results:
            self._results[path] = self._read_results(path)
        return self._results[path]

    def _read_results(self, path: str) -> Results | str | None:
        data = self.read(path)
        if data is None:
            return None
        try:
            return read_results(data, path)
        except BadResultsError as error:
            return error.what


def snake_case(name: str) -> str:
    """Return a camelCase key as the official validator spells it the other way."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def is_known(field: Field) -> bool:
    """Whether the official validator finds this entry of `metadata` under its key."""
    return field.name in METADATA and field.key.value in {field.name, snake_case(field.name)}


def unread(cell: Cell, key: str) -> bool:
    """Whether an alias or a merge key stands for the value under `key`, so nothing is known."""
    value = cell.node.get(key)
    if isinstance(value, Sequence):
        return any(isinstance(each, Alias) for each in value.items)
    return isinstance(value, Alias) or (value is None and cell.node.get("<<") is not None)


def minor(version: str) -> int:
    """Return N of `v1.N`; 0 for anything else."""
    found = re.fullmatch(r"v1\.(\d{1,6})", version)
    return int(found[1]) if found else 0


def left_open(cell: Cell, level: str) -> bool:
    """Whether a SHOULD is left open, as the programme allows: no status and no evidence."""
    return level == "SHOULD" and not cell.status and not listed(cell)


def listed(cell: Cell) -> int:
    """Return how many entries the evidence has, empty ones and all."""
    node = cell.node.get("evidence")
    return len(node.items) if isinstance(node, Sequence) else len(cell.evidence)


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and all below it; the tree is bounded in depth."""
    yield node
    if isinstance(node, Mapping):
        for key, value in node.items:
            yield from walk(key)
            yield from walk(value)
    elif isinstance(node, Sequence):
        for each in node.items:
            yield from walk(each)
