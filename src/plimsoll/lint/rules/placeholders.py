"""What was left over from the template or from a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.lint.context import Context, is_known
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.lint.rules.values import bracketed
from plimsoll.submission import METADATA, Severity, refer
from plimsoll.submission.tree import Scalar

_DRAFT = re.compile(r"\b(TODO|TBD|FIXME|XXX|lorem ipsum)\b|<(your|insert|add)[ _-][^<>]{1,60}>")
_TEMPLATE = re.compile(
    r"\[(URL|Link|Platform|Vendor|Product|Insert|Add|Your|Description|Website|Repository)\b"
    r"[^\[\]]{0,120}\](?!\()"
)
_RESERVED = re.compile(r"(^|\.)(example\.(com|net|org)|example|invalid|test)\.?$")


@rule(
    "metadata-placeholder",
    title="No metadata entry is the template's placeholder",
    why="a text in brackets is what the template has before it is filled in",
    fix="fill it in",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for field, value in context.texts:
        if field.name in METADATA and bracketed(value.value):
            yield Hit(
                place=value.place,
                what=f"`{field.name}` is still a placeholder",
                quote=value.value,
                official=f"Metadata field {field.name} has placeholder value"
                if is_known(field)
                else "",
            )


@rule(
    "placeholder",
    title="Nothing else is a placeholder",
    why="what a draft left open is not evidence",
    fix="fill it in, or remove it",
)
def _(context: Context) -> Iterator[Hit]:
    for scalar, requirement in _values(context):
        found = _DRAFT.search(scalar.value) or _TEMPLATE.search(scalar.value)
        if found:
            yield Hit(
                place=scalar.place,
                what=f"`{found[0]}` is a placeholder",
                requirement=requirement,
                quote=scalar.value,
            )


@rule(
    "reserved-host",
    title="Links lead to real hosts",
    why="example.com, .test and .invalid are reserved for examples and never hold evidence",
    fix="link the real page",
)
def _(context: Context) -> Iterator[Hit]:
    for scalar, requirement in _values(context):
        host = refer(scalar.value).host
        if _RESERVED.search(host):
            yield Hit(
                place=scalar.place,
                what=f"{host} is reserved for examples",
                requirement=requirement,
                quote=scalar.value,
            )


def _values(context: Context) -> Iterator[tuple[Scalar, str]]:
    for _field, value in context.texts:
        if not bracketed(value.value):
            yield value, ""
    for cell in context.submission.cells:
        notes = cell.node.get("notes")
        if isinstance(notes, Scalar):
            yield notes, cell.id
        for scalar in cell.evidence:
            yield scalar, cell.id
