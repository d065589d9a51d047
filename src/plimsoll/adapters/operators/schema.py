"""Whether a custom resource's schema allows an object, as far as that can be said from outside.

A structural schema's OpenAPI part is checked here (types, enumerations, limits, patterns). Its CEL
rules cannot be: those that could have seen a field are listed, so that nobody takes a refusal by
such a rule for one by a webhook. Transition rules do not matter when an object is created.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def schema_of(definition: Json, version: str) -> Json:
    """Return the schema of a served version in a CustomResourceDefinition; empty if it has none."""
    for entry in definition.get("spec", {}).get("versions") or []:
        if entry["name"] == version:
            found: Json = (entry.get("schema") or {}).get("openAPIV3Schema") or {}
            return found
    return {}


def problems(value: Any, schema: Json, path: str = "") -> list[str]:
    """Return why the schema refuses `value`, one line each; what it does not know is pruned."""
    return list(_problems(value, schema, path))


def rules_on(schema: Json, path: Sequence[str]) -> list[str]:
    """Return the CEL rules that could have refused what stands at `path` in a new object."""
    found: list[str] = []
    for depth in range(len(path) + 1):
        below = [key for key in path[depth:] if not key.isdigit()]
        for rule in schema.get("x-kubernetes-validations") or []:
            text = str(rule.get("rule", ""))
            mentions = not below or re.search(rf"\b{re.escape(below[0])}\b", text)
            if mentions and "oldSelf" not in text:
                found.append(text)
        if depth < len(path):
            schema = _inside(schema, path[depth])
    return found


def _inside(schema: Json, key: str) -> Json:
    if key.isdigit() and "items" in schema:
        inside: Json = schema["items"]
        return inside
    more = schema.get("additionalProperties")
    found: Json = (schema.get("properties") or {}).get(key) or (
        more if isinstance(more, dict) else {}
    )
    return found


def _problems(value: Any, schema: Json, path: str) -> Iterator[str]:
    if value is None:
        if not schema.get("nullable"):
            yield f"{path}: null is not allowed"
        return
    if schema.get("x-kubernetes-int-or-string"):
        if not isinstance(value, int | str) or isinstance(value, bool):
            yield f"{path}: neither a number nor a text"
        return
    kind = schema.get("type", "")
    if kind and not _is(value, kind):
        yield f"{path}: not of type {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    yield from _limits(value, schema, path)
    if isinstance(value, dict):
        yield from _in_object(value, schema, path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _problems(item, schema.get("items") or {}, f"{path}[{number}]")
    yield from _combined(value, schema, path)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))


def _limits(value: Any, schema: Json, path: str) -> Iterator[str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if _beyond(schema.get("minimum"), value, exclusive=bool(schema.get("exclusiveMinimum"))):
            yield f"{path}: {value} is below {schema['minimum']}"
        maximum = schema.get("maximum")
        beyond = None if maximum is None else -maximum
        if _beyond(beyond, -value, exclusive=bool(schema.get("exclusiveMaximum"))):
            yield f"{path}: {value} is above {maximum}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    for least, most, kind in (
        ("minLength", "maxLength", str),
        ("minItems", "maxItems", list),
        ("minProperties", "maxProperties", dict),
    ):
        if isinstance(value, kind) and not (
            schema.get(least, 0) <= len(value) <= schema.get(most, len(value))
        ):
            yield f"{path}: its length {len(value)} is not allowed"


def _beyond(least: float | None, value: float, *, exclusive: bool) -> bool:
    return least is not None and (value < least or (exclusive and value == least))


def _in_object(value: Json, schema: Json, path: str) -> Iterator[str]:
    known = schema.get("properties") or {}
    more = schema.get("additionalProperties")
    for key in schema.get("required") or []:
        if key not in value:
            yield f"{path}.{key}: missing"
    for key, inside in value.items():
        if key in known:
            yield from _problems(inside, known[key], f"{path}.{key}")
        elif isinstance(more, dict):
            yield from _problems(inside, more, f"{path}.{key}")


def _combined(value: Any, schema: Json, path: str) -> Iterator[str]:
    for word in ("anyOf", "oneOf"):
        options = schema.get(word) or []
        fits = sum(not problems(value, option, path) for option in options)
        if options and (fits == 0 or (word == "oneOf" and fits > 1)):
            yield f"{path}: {fits} of {len(options)} alternatives ({word}) fit"
    for option in schema.get("allOf") or []:
        yield from _problems(value, option, path)
    if "not" in schema and not problems(value, schema["not"], path):
        yield f"{path}: excluded"
