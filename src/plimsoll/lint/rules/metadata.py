"""What stands under `metadata`: that it is there, once, under its name, and a text."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, is_known, snake_case
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.standard.requirements import nearest
from plimsoll.submission import METADATA, Field, Place, Severity
from plimsoll.submission.model import OPTIONAL_METADATA
from plimsoll.submission.tree import Alias, Mapping, Scalar


@rule(
    "metadata-missing",
    title="Every metadata entry of the template is there",
    why="without it nobody knows what was certified, or whom to ask",
    fix="add it as the template has it",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    metadata = context.section("metadata")
    if metadata is None or any(isinstance(value, Alias) for _key, value in metadata.items):
        return
    found = {field.name for field in context.submission.fields if _says_something(field)}
    for name in METADATA:
        if name not in found and name not in OPTIONAL_METADATA:
            spelling = snake_case(name)
            yield Hit(
                place=_where(context, name, metadata),
                what=f"`{name}` is missing",
                official=f"Missing metadata field: {name} (or {spelling})",
            )


def _says_something(field: Field) -> bool:
    return not (isinstance(field.value, Scalar) and field.value.is_null)


def _where(context: Context, name: str, metadata: Mapping) -> Place:
    """Return the place of an entry without a value; else that of the mapping."""
    found = (field.key.place for field in context.submission.fields if field.name == name)
    return next(found, metadata.place)


@rule(
    "metadata-empty",
    title="No metadata entry is empty",
    why="the template asks for a value",
    fix="fill it in",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for field, value in context.texts:
        if field.name in METADATA and field.name not in OPTIONAL_METADATA:
            if value.value == "" and value.style:
                official = f"Metadata field {field.name} is empty" if is_known(field) else ""
                yield Hit(place=value.place, what=f"`{field.name}` is empty", official=official)
            elif value.style and not value.value.strip():
                yield Hit(place=value.place, what=f"`{field.name}` holds nothing but spaces")


@rule(
    "metadata-not-text",
    title="Every metadata entry is a text",
    why="without quotes it is read as something else: a version 1.10 becomes the number 1.1",
    fix="put it into quotes",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for field, value in context.texts:
        read = scalars.go(value)
        if field.name not in METADATA or read == "text" or value.is_null:
            continue
        short = scalars.shortest(value.value)
        lost = f" {short}: a zero is lost" if short != value.value else ""
        official = f"Metadata field {field.name} is not a string" if is_known(field) else ""
        yield Hit(
            place=value.place,
            what=f"`{field.name}: {value.value}` is read as the {read}{lost}"
            if lost
            else f"`{field.name}: {value.value}` is read as a {read}, not as a text",
            quote=value.value,
            official=official,
            edits=() if value.tag else scalars.quote(value),
        )


@rule(
    "metadata-key-spelling",
    title="Metadata keys are spelled as in the template",
    why="the official validator looks for `name` and `na_me` alone, and says that the rest is "
    "missing",
    fix="rename the key",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    known = {field.name for field in context.submission.fields if is_known(field)}
    for field in context.submission.fields:
        if field.name in METADATA and not is_known(field):
            refused = field.name not in known and field.name not in OPTIONAL_METADATA
            yield Hit(
                place=field.key.place,
                what=f"`{field.key.value}` is `{field.name}` in the template",
                fix=f"rename it to `{field.name}`",
                official=f"Missing metadata field: {field.name}" if refused else "",
                severity=None if refused else Severity.WARNING,
                edits=scalars.rewrite(field.key, field.name) if context.alone(field) else (),
            )


@rule(
    "metadata-two-spellings",
    title="A metadata entry stands in one spelling",
    why="the validator takes the camelCase one and ignores the other, whatever it says",
    fix="keep the camelCase entry",
)
def _(context: Context) -> Iterator[Hit]:
    first: dict[str, Field] = {}
    for field in context.submission.fields:
        earlier = first.setdefault(field.name, field)
        if earlier.key.value != field.key.value:
            same = _value(earlier) == _value(field)
            what = "with the same value" if same else "with another value"
            yield Hit(
                place=field.key.place,
                what=f"`{field.key.value}` repeats `{earlier.key.value}` of line "
                f"{earlier.key.place.line} {what}",
                severity=None if same else Severity.ERROR,
            )


def _value(field: Field) -> object:
    return field.value.value if isinstance(field.value, Scalar) else field.value


@rule(
    "metadata-unknown-key",
    title="Metadata holds the template's entries and no others",
    why="nobody reads another key; most are a misspelling of one that is then missing",
    fix="rename it to what the template has, or remove it",
)
def _(context: Context) -> Iterator[Hit]:
    for field in context.submission.fields:
        if field.name not in METADATA and field.key.value != "<<":
            near = nearest(field.key.value, METADATA)
            yield Hit(
                place=field.key.place,
                what=f"the template has no `{field.key.value}`",
                fix=f"did you mean `{near}`?" if near else "",
                quote=field.key.value,
            )


@rule(
    "top-level-key",
    title="The file holds `metadata` and `spec` and nothing beside them",
    why="nobody reads what stands beside them; metadata that lost its indentation is missing",
    fix="indent it under `metadata`, or remove it",
)
def _(context: Context) -> Iterator[Hit]:
    tree = context.submission.tree
    root = tree.root if tree else None
    for key, _value in root.scalars() if isinstance(root, Mapping) else ():
        if key.value not in {"metadata", "spec", "<<"}:
            yield Hit(
                place=key.place,
                what=f"`{key.value}` stands beside `metadata` and `spec`",
                quote=key.value,
            )
