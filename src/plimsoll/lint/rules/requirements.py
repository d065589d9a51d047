"""The cells against the checklist: all of them, once, in their category, word for word."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, unread
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.lint.rules.parsers import camel
from plimsoll.standard.requirements import nearest
from plimsoll.submission import CATEGORIES, Cell, Edit, Place, Severity
from plimsoll.submission.model import CELL_KEYS
from plimsoll.submission.tree import Scalar


@rule(
    "category-missing",
    title="Every category of the checklist is there",
    why="without its category none of its requirements is answered",
    fix="take the category from the official template",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    spec = context.section("spec")
    if spec is None or "<<" in context.categories:
        return
    for category in dict.fromkeys(item.category for item in context.checklist.items):
        if category not in context.categories:
            spelled = [key for key in context.categories if camel(key) == category]
            as_what = f"; `{spelled[0]}` is another name" if spelled else ""
            yield Hit(
                place=context.categories[spelled[0]].place if spelled else spec.place,
                what=f"the category `{category}` is missing{as_what}",
                official=f"Missing spec category: {category}",
            )


@rule(
    "category-unknown",
    title="Categories are those of the checklist",
    why="what stands in another category is not read",
    fix="move its entries to the category that the template has",
)
def _(context: Context) -> Iterator[Hit]:
    known = {item.category for item in context.checklist.items} or set(CATEGORIES)
    for name, key in context.categories.items():
        if name not in known and camel(name) not in known and name != "<<":
            near = nearest(name, tuple(known))
            yield Hit(
                place=key.place,
                what=f"the checklist has no category `{name}`",
                fix=f"did you mean `{near}`?" if near else "",
                quote=name,
            )


@rule(
    "requirement-missing",
    title="Every requirement of the checklist has its entry",
    why="a SHOULD may stay open, but its entry must be there",
    fix="take the entry from the official template and fill it in",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    if not context.complete:
        return
    written = {cell.id for cell in context.submission.cells}
    for item in context.checklist.items:
        key = context.categories.get(item.category)
        if key is not None and item.id not in written:
            yield Hit(
                place=key.place,
                what=f"`{item.id}` ({item.level}) is missing in `{item.category}`",
                requirement=item.id,
                official=f"Missing requirement '{item.id}' in category '{item.category}'",
            )


@rule(
    "requirement-category",
    title="Every entry stands in its category",
    why="the validator looks for a requirement in its category alone",
    fix="move the entry",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        item = context.item(cell)
        if item is None or item.category in {cell.category, camel(cell.category)}:
            continue
        refused = cell.id not in context.counted and item.category in context.categories
        yield Hit(
            place=cell.where("id"),
            what=f"`{cell.id}` stands in `{cell.category}`; it belongs in `{item.category}`",
            requirement=cell.id,
            official=f"Missing requirement '{cell.id}' in category '{item.category}'"
            if refused
            else "",
        )


@rule(
    "requirement-unknown",
    title="Every entry is of the checklist",
    why="an id that the checklist of this version does not have certifies nothing",
    fix="remove the entry, or correct its id",
)
def _(context: Context) -> Iterator[Hit]:
    ids = tuple(item.id for item in context.checklist.items)
    for cell in context.submission.cells:
        if not cell.id:
            if not unread(cell, "id"):
                yield Hit(place=cell.place, what="an entry without an `id`")
        elif ids and cell.id not in ids:
            near = nearest(cell.id, ids)
            yield Hit(
                place=cell.where("id"),
                what=f"the checklist of {context.checklist.version} has no `{cell.id}`",
                fix=f"did you mean `{near}`?" if near and _alike(cell.id, near) else "",
                requirement=cell.id,
                quote=cell.id,
            )


def _alike(written: str, known: str) -> bool:
    shared = len(set(written.replace("-", "_").split("_")) & set(known.split("_")))
    return shared > 0 or abs(len(written) - len(known)) < 3


@rule(
    "requirement-duplicate",
    title="Every requirement has one entry",
    why="the validator reads the last and forgets the others; a reader sees the first",
    fix="keep one",
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    first: dict[str, Place] = {}
    for cell in context.submission.cells:
        earlier = first.setdefault(cell.id, cell.place) if cell.id else cell.place
        if earlier is not cell.place:
            yield Hit(
                place=cell.where("id"),
                what=f"`{cell.id}` has an entry in line {earlier.line} already",
                requirement=cell.id,
            )


@rule(
    "level-changed",
    title="The level is the checklist's",
    why="a MUST stays a MUST; the validator takes the checklist's level, a reader the file's",
    fix="restore the level of the checklist",
    severity=Severity.ERROR,
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        item = context.item(cell)
        if item is None or cell.level == item.level or unread(cell, "level"):
            continue
        what = f"`level` is `{cell.level}`" if cell.level else "there is no `level`"
        yield Hit(
            place=cell.where("level"),
            what=f"{what}; the checklist of {context.checklist.version} says {item.level}",
            requirement=cell.id,
            quote=cell.level,
            edits=_restored(cell, "level", item.level),
        )


@rule(
    "description-changed",
    title="The description is the checklist's, word for word",
    why="the text says what is certified; an edited one asks for something else",
    fix="restore the text of the checklist",
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        item = context.item(cell)
        if item is None or not item.description or unread(cell, "description"):
            continue
        if cell.description.strip() != item.description.strip():
            yield Hit(
                place=cell.where("description"),
                what=_difference(cell.description, item.description),
                requirement=cell.id,
                quote=cell.description,
                edits=_restored(cell, "description", item.description),
            )


def _restored(cell: Cell, key: str, text: str) -> tuple[Edit, ...]:
    value = cell.node.get(key)
    return scalars.rewrite(value, text) if isinstance(value, Scalar) and not value.is_null else ()


def _difference(written: str, wanted: str) -> str:
    """Return where two texts part, in a sentence."""
    if not written:
        return "there is no `description`"
    if "".join(written.split()) == "".join(wanted.split()):
        return "the description differs from the checklist's in its spaces"
    mine, theirs = written.split(), wanted.split()
    pairs = zip(mine, theirs, strict=False)
    at = next((n for n, (one, other) in enumerate(pairs) if one != other), None)
    if at is None:
        verb = "ends early" if len(mine) < len(theirs) else "goes on"
        return f"the description {verb} after “{' '.join(min(mine, theirs, key=len)[-4:])}”"
    have, want = " ".join(mine[at : at + 4]), " ".join(theirs[at : at + 4])
    return f"the description differs: “{have}” where the checklist has “{want}”"


@rule(
    "cell-key-missing",
    title="Every entry has the template's keys",
    why="programs that read the list look for all of them",
    fix="add the key, empty where there is nothing to say",
    severity=Severity.NOTE,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        keys = {key.value for key, _value in cell.node.scalars()}
        missing = [key for key in CELL_KEYS if key not in keys and key not in _NAMED_ELSEWHERE]
        if missing and "<<" not in keys:
            words = ", ".join(f"`{key}`" for key in missing)
            yield Hit(place=cell.place, what=f"{words} missing", requirement=cell.id)


_NAMED_ELSEWHERE = {"id", "level"}


@rule(
    "cell-key-unknown",
    title="Entries hold the template's keys and no others",
    why="nobody reads another key; most are a misspelling of one that is then empty",
    fix="rename it to what the template has, or remove it",
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        for key, _value in cell.node.scalars():
            if key.value not in CELL_KEYS and key.value != "<<":
                near = nearest(key.value.lower(), CELL_KEYS)
                yield Hit(
                    place=key.place,
                    what=f"the template has no `{key.value}` here",
                    fix=f"did you mean `{near}`?" if near else "",
                    requirement=cell.id,
                    quote=key.value,
                )
