"""Filling the checklist: values are set in its text, and a person's values are left alone (pure).

Three values meet in every place: the one that stands there, the one that was written last, and the
one that would be written now. What stands there is replaced only while it is what was written last
or what the empty checklist says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from plimsoll.errors import PlimsollError
from plimsoll.submission import Cell, Edit, Submission, parse
from plimsoll.submission.editing import EditError, apply, set_list, set_text
from plimsoll.submission.tree import Mapping
from plimsoll.submit.answers import Answer
from plimsoll.submit.memory import Written, WrittenCell
from plimsoll.submit.product import ASKED


class Change(Struct, frozen=True, kw_only=True):
    """One thing that was done, or deliberately not done."""

    what: str
    """`gang_scheduling.notes`, `metadata.platformName`, or the path of a file."""
    kind: str
    """`written`, `updated`, `removed`, `kept` (a person's) or `restored`."""
    detail: str = ""


class Filled(Struct, frozen=True, kw_only=True):
    """A checklist with its values."""

    text: str
    changes: tuple[Change, ...]


def fill(
    found: Submission,
    template: Submission,
    written: Written,
    metadata: dict[str, str],
    answers: Sequence[Answer],
) -> Filled:
    """Return `found` (the template, or what a person made of it) with today's values.

    Raises PlimsollError where a value stands in a form that cannot be changed in place.
    """
    filler = _Filler(found, template, written)
    try:
        filler.metadata(metadata)
        for answer in answers:
            filler.cell(answer)
        text = apply(filler.text, filler.edits)
    except EditError as error:
        raise PlimsollError(
            f"{found.path}{filler.at}: {error}",
            next_step="write it as in the official template, or move the file away",
        ) from None
    filler.compare(parse(text.encode(), found.path))
    return Filled(text=text, changes=tuple(filler.changes))


class _Filler:
    """Gathers the edits of one file."""

    def __init__(self, found: Submission, template: Submission, written: Written) -> None:
        if found.tree is None or not isinstance(found.tree.root, Mapping):
            raise PlimsollError(f"{found.path} is not a submission", next_step="move the file away")
        self.found = found
        self.template = template
        self.written = written
        self.text = found.tree.text
        self.root = found.tree.root
        self.at = ""
        self.edits: list[Edit] = []
        self.changes: list[Change] = []
        self._before = {(where, key): value for where, key, value in _values(found)}
        self._wanted: dict[tuple[str, str], str | tuple[str, ...]] = {}

    def metadata(self, values: dict[str, str]) -> None:
        """Set the metadata that is not a person's."""
        mapping = self.root.get("metadata")
        if not isinstance(mapping, Mapping):
            raise EditError("`metadata` is not a mapping")
        self.at = " metadata"
        keys = {field.name: field.key.value for field in self.found.fields}
        for name in ASKED:
            current, new = self.found.metadata(name), values.get(name, "")
            if not new and name not in keys:
                continue
            last = self.written.metadata.get(name)
            if self._mine(f"metadata.{name}", current, last, self.template.metadata(name), new):
                self.edits += set_text(self.text, mapping, keys.get(name, name), new)
                self._wanted["metadata", name] = new

    def cell(self, answer: Answer) -> None:
        """Set what one cell says where it is not a person's."""
        cell = _cell(self.found, answer.requirement)
        empty = _cell(self.template, answer.requirement)
        if cell is None or empty is None:
            detail = "the cell is missing in PRODUCT.yaml; copy it from the checklist"
            self._say(answer.requirement, "kept", detail)
            return
        self.at = f":{cell.place.line} {answer.requirement}"
        last = self.written.cells.get(answer.requirement)
        self._restore(cell, empty)
        for key in ("status", "notes"):
            current, new = getattr(cell, key), getattr(answer, key)
            before = getattr(last, key) if last else None
            if self._mine(f"{cell.id}.{key}", current, before, getattr(empty, key), new):
                self.edits += set_text(self.text, cell.node, key, new)
                self._wanted[cell.id, key] = new
        self._evidence(cell, answer, last)

    def _restore(self, cell: Cell, empty: Cell) -> None:
        """Put back what the checklist says letter by letter."""
        for key in ("description", "level"):
            if getattr(cell, key) != getattr(empty, key):
                self.edits += set_text(self.text, cell.node, key, getattr(empty, key))
                self._wanted[cell.id, key] = getattr(empty, key)
                self._say(f"{cell.id}.{key}", "restored", "as in the checklist")

    def _evidence(self, cell: Cell, answer: Answer, last: WrittenCell | None) -> None:
        current = [each.value for each in cell.evidence]
        wanted = merged(current, last.evidence if last else (), answer.evidence)
        what = f"{cell.id}.evidence"
        ours = set(answer.evidence) | set(last.evidence if last else ())
        if theirs := [each for each in current if each not in ours]:
            self._say(what, "kept", f"yours: {', '.join(theirs)}")
        if wanted != current:
            self.edits += set_list(self.text, cell.node, "evidence", wanted)
            self._wanted[cell.id, "evidence"] = tuple(sorted(wanted))
            self._say(what, "updated" if current else "written", ", ".join(wanted))

    def _mine(self, what: str, current: str, last: str | None, empty: str, new: str) -> bool:
        """Tell whether a value is to be replaced by `new`, and note what happens to it."""
        if current == new:
            return False
        if current not in {last, empty}:
            self._say(what, "kept", "yours" if new else "yours; nothing was generated")
            return False
        if current == empty and last not in {None, empty}:
            self._say(what, "kept", "emptied by you")
            return False
        self._say(what, "written" if current == empty else "updated", new)
        return True

    def _say(self, what: str, kind: str, detail: str = "") -> None:
        self.changes.append(Change(what=what, kind=kind, detail=detail))

    def compare(self, now: Submission) -> None:
        """Raise PlimsollError unless the text says what was meant, and all else as before."""
        differing = [
            f"{where}.{key}"
            for where, key, value in _values(now)
            if self._expected(where, key) != value
        ]
        same = len(now.cells) == len(self.found.cells)
        if differing or not same or len(now.problems) > len(self.found.problems):
            raise PlimsollError(
                f"{self.found.path} cannot be changed in place: "
                f"{', '.join(differing) or 'its structure'} would read otherwise than meant",
                next_step="write it as in the official template, or move the file away",
            )

    def _expected(self, where: str, key: str) -> str | tuple[str, ...]:
        return self._wanted.get((where, key), self._before.get((where, key), ""))


def merged(current: Sequence[str], last: Iterable[str], new: Sequence[str]) -> list[str]:
    """Return the links that an evidence list is to hold, a person's and today's.

    Links of last time that a person took out stay out; those that are no longer given go.
    """
    before = set(last)
    taken_out = before - set(current)
    stay = [each for each in current if each in new or each not in before]
    return stay + [each for each in new if each not in stay and each not in taken_out]


def _values(read: Submission) -> Iterable[tuple[str, str, str | tuple[str, ...]]]:
    for field in read.fields:
        yield "metadata", field.name, read.metadata(field.name)
    for cell in {each.id: each for each in reversed(read.cells)}.values():
        for key in ("description", "level", "status", "notes"):
            yield cell.id, key, getattr(cell, key)
        yield cell.id, "evidence", tuple(sorted(each.value for each in cell.evidence))


def _cell(read: Submission, identifier: str) -> Cell | None:
    return next((cell for cell in read.cells if cell.id == identifier), None)
