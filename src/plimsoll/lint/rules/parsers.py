"""YAML that only some parsers read, or that they read as different things."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, is_known
from plimsoll.lint.official import LOAD
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.submission import CATEGORIES, Edit, Place, Severity
from plimsoll.submission.tree import Alias, Mapping, Node, Scalar, Sequence, Tree


@rule(
    "yaml-duplicate-key",
    title="Every key stands once in its mapping",
    why="some parsers stop, some take the first and some the last, so two readers see two claims",
    fix="keep one of the two",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for node in context.nodes:
        if not isinstance(node, Mapping):
            continue
        first: dict[str, Place] = {}
        for key, _value in node.scalars():
            earlier = first.setdefault(key.value, key.place)
            if earlier is not key.place and key.value != "<<":
                yield Hit(
                    place=key.place,
                    what=f"`{key.value}` stands here again; first in line {earlier.line}",
                    official=f"{LOAD}: mapping key already defined",
                )


@rule(
    "yaml-merge-key",
    title="No merge key (`<<`)",
    why="YAML 1.2 has no merge keys: some parsers merge, others keep a key named `<<`",
    fix="write the values out",
    source=Source.OFFICIAL,
)
def _(context: Context) -> Iterator[Hit]:
    for node in context.nodes:
        if isinstance(node, Mapping):
            for key, value in node.scalars():
                if key.value == "<<" and not (key.style or key.tag):
                    refused = "" if _merges(context, value) else f"{LOAD}: map merge requires map"
                    yield Hit(
                        place=key.place,
                        what="a merge key, `<<`",
                        official=refused,
                        severity=Severity.ERROR if refused else None,
                    )


def _merges(context: Context, value: Node) -> bool:
    """Whether the official validator can merge what stands under `<<`."""
    if isinstance(value, Sequence):
        return all(_merges(context, each) for each in value.items)
    meant = context.anchored.get(value.name) if isinstance(value, Alias) else value
    return isinstance(meant, Mapping)


@rule(
    "yaml-alias",
    title="No alias stands for a value",
    why="a reader of this file sees a name where a value belongs, and Plimsoll follows no alias, "
    "so that no file can grow when it is read",
    fix="write the value out",
    source=Source.OFFICIAL,
)
def _(context: Context) -> Iterator[Hit]:
    for node in context.nodes:
        if isinstance(node, Alias):
            unset = node.name not in context.anchored
            yield Hit(
                place=node.place,
                what=f"the alias *{node.name} stands for a value"
                + (", and nothing is named so" if unset else ""),
                official=f"{LOAD}: unknown anchor '{node.name}' referenced" if unset else "",
                severity=Severity.ERROR if unset else None,
            )


@rule(
    "yaml-anchor",
    title="No anchors",
    why="the template has none, and tools that edit the file line by line break them",
    fix="remove the anchor, and write out where it was used",
)
def _(context: Context) -> Iterator[Hit]:
    tree = context.submission.tree
    for anchor in tree.anchors if tree else ():
        yield Hit(place=anchor.place, what=f"the anchor &{anchor.name}")


@rule(
    "yaml-tag",
    title="No tags",
    why="a tag of one program means nothing to another, and some parsers run code or stop",
    fix="remove the tag; quote the value if it must stay a text",
)
def _(context: Context) -> Iterator[Hit]:
    for node in context.nodes:
        if isinstance(node, Scalar) and node.tag:
            kind = "tag" if node.tag.startswith(scalars.CORE_TAGS) else "private tag"
            yield Hit(place=node.place, what=f"the {kind} {node.tag}")


@rule(
    "yaml-ambiguous",
    title="Texts that parsers take for something else are in quotes",
    why="without quotes one parser reads a text here, another a number, a date or a yes or no",
    fix="put it into quotes",
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    metadata = {id(value) for _field, value in context.texts}
    for scalar in _values(context):
        read = scalars.classic(scalar)
        if id(scalar) in metadata and scalars.go(scalar) != "text":
            continue
        if read != "text" and not scalar.tag:
            yield Hit(
                place=scalar.place,
                what=f"`{scalar.value}` is a {read} to some parsers, and a text was meant",
                quote=scalar.value,
                edits=scalars.quote(scalar),
            )


def _values(context: Context) -> Iterator[Scalar]:
    """Yield the scalars that the programme reads as texts."""
    yield from (text for _field, text in context.texts)
    for cell in context.submission.cells:
        for _key, value in cell.node.scalars():
            if isinstance(value, Scalar):
                yield value
        evidence = cell.node.get("evidence")
        if isinstance(evidence, Sequence):
            yield from (each for each in evidence.items if isinstance(each, Scalar))


@rule(
    "yaml-odd-key",
    title="Keys are plain words",
    why="a key that is a list or a mapping is refused by most parsers",
    fix="write the key as in the official template",
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for node in context.nodes:
        for key in _odd_keys(node):
            yield Hit(place=key.place, what="a key that is not a word")


def _odd_keys(node: Node) -> Iterator[Node]:
    if isinstance(node, Mapping):
        for key, _value in node.items:
            if not isinstance(key, Scalar | Alias):
                yield key


@rule(
    "yaml-documents",
    title="The file holds one document",
    why="only the first document is read; what follows is invisible to the programme",
    fix="remove what follows the second `---`, or give it a file of its own",
)
def _(context: Context) -> Iterator[Hit]:
    tree = context.submission.tree
    if tree and tree.documents > 1:
        yield Hit(place=context.start, what=f"{tree.documents} documents in one file")


@rule(
    "yaml-byte-order-mark",
    title="No byte order mark",
    why="it is invisible, and some parsers take it for a part of the first key",
    fix="save the file as UTF-8 without a byte order mark",
)
def _(context: Context) -> Iterator[Hit]:
    tree = context.submission.tree
    if tree and tree.byte_order_mark:
        yield Hit(place=Place(context.start.path, 1, 1), what="a byte order mark starts the file")


@rule(
    "yaml-tab",
    title="No tabs between keys, values and comments",
    why="YAML allows a tab in few places, and parsers disagree about which",
    fix="use spaces",
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    tree = context.submission.tree
    if tree is None or "\t" not in tree.text:
        return
    for start, end, place in _tabs(tree, context):
        yield Hit(
            place=place,
            what="a tab outside quotes" if end == start + 1 else f"{end - start} tabs in a row",
            edits=(Edit(start, end, " " * (end - start)),),
        )


def _tabs(tree: Tree, context: Context) -> Iterator[tuple[int, int, Place]]:
    """Yield runs of tabs outside scalars and comments, with where they are."""
    spans = sorted((node.start, node.end) for node in context.nodes if isinstance(node, Scalar))
    position, next_span = 0, 0
    for number, line in enumerate(tree.text.split("\n"), start=1):
        column = 0
        while column < len(line):
            at = position + column
            while next_span < len(spans) and spans[next_span][1] <= at:
                next_span += 1
            if next_span < len(spans) and spans[next_span][0] <= at:
                column = spans[next_span][1] - position
            elif line[column] == "#":
                break
            elif line[column] == "\t":
                width = len(line[column:]) - len(line[column:].lstrip("\t"))
                yield at, at + width, Place(context.start.path, number, column + 1)
                column += width
            else:
                column += 1
        position += len(line) + 1


@rule(
    "snake-case",
    title="Keys are written in camelCase, as in the template",
    why="the validator takes both spellings of metadata, but other readers of the list take only "
    "the template's; in `spec` only the template's counts",
    fix="rename the key",
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for field in context.submission.fields:
        if field.key.value != field.name and is_known(field) and context.alone(field):
            yield _renamed(field.key, field.name)
    categories = set(context.categories)
    for key in context.categories.values():
        name = camel(key.value)
        if name in CATEGORIES and name != key.value and name not in categories:
            yield _renamed(key, name)


def camel(key: str) -> str:
    """Return the template's category that a key spells in another way, else the key."""
    folded = key.replace("_", "").replace("-", "").lower()
    return next((name for name in CATEGORIES if name.lower() == folded), key)


def _renamed(key: Scalar, name: str) -> Hit:
    return Hit(
        place=key.place,
        what=f"`{key.value}` is `{name}` in the template",
        fix=f"rename it to `{name}`",
        quote=key.value,
        edits=scalars.rewrite(key, name),
    )
