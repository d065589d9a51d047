"""Reading mappings of known fields: a wrong kind or an unknown name is said with its place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection

from plimsoll.router.findings import Findings, did_you_mean
from plimsoll.router.plugins import Kind, Parameter
from plimsoll.router.tree import Node, said

_KINDS: dict[Kind, str] = {
    "number": "a number",
    "integer": "a whole number",
    "truth": "true or false",
    "text": "text",
    "texts": "a list of texts",
    "labels": "a mapping of texts",
    "expressions": "a list of requirements",
    "engines": "a list of engines",
    "anything": "anything",
}
ENGINE_FIELDS = {
    "queuedRequestsSpec": "waiting",
    "runningRequestsSpec": "running",
    "kvUsageSpec": "kv_usage",
    "loraSpec": "lora_info",
    "cacheInfoSpec": "cache_info",
    "cacheBlockSizeSpec": "block_size",
    "cacheNumBlocksSpec": "blocks",
}
"""Names of metrics in llm-d's engineConfigs, with their names in the settings."""
_MOST = sys.float_info.max
"""Neither infinity nor what is no number, nor a whole number without end, can be meant."""
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def known_fields(
    node: Node, what: str, known: Collection[str], findings: Findings
) -> dict[str, Node]:
    """Return the entries of a mapping under known names; complain about the others.

    `what` names the mapping in complaints. An empty node is an empty mapping.
    """
    if node.value is None:
        return {}
    if not node.is_mapping:
        findings.error(node.place, f"{what} must be a mapping, and is {said(node.value)}")
        return {}
    entries: dict[str, Node] = {}
    for name, place, value in node.entries():
        if name in known:
            entries[name] = value
        else:
            findings.error(place, f"{what} has no field {name}", did_you_mean(name, known))
    return entries


def listed(node: Node | None, what: str, findings: Findings) -> list[Node]:
    """Return the items of a list; none for a field that is missing or empty."""
    if node is None or node.value is None:
        return []
    if not node.is_list:
        findings.error(node.place, f"{what} must be a list, and is {said(node.value)}")
        return []
    return list(node.items())


def text(node: Node | None, what: str, findings: Findings) -> str:
    """Return the text of a field, empty when it is missing; complain about another kind."""
    if node is None or node.value is None:
        return ""
    if not isinstance(node.value, str):
        findings.error(node.place, f"{what} must be text, and is {said(node.value)}")
        return ""
    return str(node.value)


def parameter(node: Node, expected: Parameter, what: str, findings: Findings) -> object:
    """Return the value of a parameter as plain data, or None after a complaint."""
    value = _plain(node, expected.kind, f"{what} {expected.name}", findings)
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = expected.least, expected.most
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
            findings.error(node.place, f"{what} {expected.name} is {value:g}; it must be {bounds}")
            return None
    return value


def _plain(node: Node, kind: Kind, what: str, findings: Findings) -> object:
    value = _READERS[kind](node, findings)
    if value is None:
        findings.error(node.place, f"{what} must be {_KINDS[kind]}, and is {said(node.value)}")
    return value


def _number(node: Node, _: Findings) -> object:
    value = node.value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= _MOST else None


def _integer(node: Node, findings: Findings) -> object:
    number = _number(node, findings)
    return int(node.value) if isinstance(number, float) and number.is_integer() else None


def _truth(node: Node, _: Findings) -> object:
    return bool(node.value) if isinstance(node.value, bool) else None


def _text(node: Node, _: Findings) -> object:
    return str(node.value) if isinstance(node.value, str) else None


def _texts(node: Node, _: Findings) -> object:
    if not node.is_list or not all(isinstance(each, str) for each in node.value):
        return None
    return [str(each) for each in node.value]


def _labels(node: Node, _: Findings) -> object:
    if not node.is_mapping or not all(isinstance(each, str) for each in node.value.values()):
        return None
    return {str(name): str(each) for name, each in node.value.items()}


def _expressions(node: Node, findings: Findings) -> object:
    return [_expression(each, findings) for each in node.items()] if node.is_list else None


def _engines(node: Node, findings: Findings) -> object:
    if not node.is_list:
        return None
    engines: dict[str, dict[str, str]] = {}
    for each in node.items():
        fields = known_fields(each, "an engine", ("name", *ENGINE_FIELDS), findings)
        name = text(fields.get("name"), "name", findings)
        if not name or name in engines:
            findings.error(each.place, "an engine has no name of its own", "write name: NAME")
        engines[name] = {
            ENGINE_FIELDS[key]: text(value, key, findings)
            for key, value in fields.items()
            if key != "name"
        }
    return engines


_READERS: dict[Kind, Callable[[Node, Findings], object]] = {
    "number": _number,
    "integer": _integer,
    "truth": _truth,
    "text": _text,
    "texts": _texts,
    "labels": _labels,
    "expressions": _expressions,
    "engines": _engines,
    "anything": lambda _node, _findings: True,
}


def _expression(node: Node, findings: Findings) -> dict[str, object]:
    entries = known_fields(node, "a requirement", ("key", "operator", "values"), findings)
    operator = text(entries.get("operator"), "operator", findings)
    if operator not in _OPERATORS:
        findings.error(
            node.place,
            f"a requirement has the operator {operator!r}",
            f"use one of {', '.join(_OPERATORS)}",
        )
        operator = "Exists"
    key = text(entries.get("key"), "key", findings)
    if not key:
        findings.error(node.place, "a requirement has no key")
    values = [
        text(each, "a value", findings)
        for each in listed(entries.get("values"), "values", findings)
    ]
    if (operator in {"In", "NotIn"}) != bool(values):
        findings.error(node.place, f"a requirement with {operator} has {len(values)} values")
    return {"key": key, "operator": operator, "values": values}
