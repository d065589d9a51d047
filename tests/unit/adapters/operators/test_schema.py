"""A structural schema, as far as it can be applied from outside, and the CEL rules that cannot."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.adapters.operators.schema import problems, rules_on, schema_of

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"a": 1}, {"type": "object", "properties": {"a": {"type": "integer"}}}),
        ({"a": 1, "pruned": 2}, {"type": "object", "properties": {"a": {"type": "integer"}}}),
        ({"k": "v"}, {"type": "object", "additionalProperties": {"type": "string"}}),
        ("50%", {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]}),
        (3, {"x-kubernetes-int-or-string": True}),
        (None, {"type": "string", "nullable": True}),
        (2.5, {"type": "number", "minimum": 1}),
        ("abc", {"type": "string", "pattern": "^a", "maxLength": 3}),
        ([1, 2], {"type": "array", "items": {"type": "integer"}, "maxItems": 2}),
        ("A", {"enum": ["A", "B"]}),
        (1, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        (1, {"allOf": [{"minimum": 0}, {"maximum": 1}]}),
        (1, {"not": {"minimum": 2}}),
        ({}, {}),
    ],
)
def test_allowed(value: object, schema: Json) -> None:
    assert problems(value, schema) == []


@pytest.mark.parametrize(
    ("value", "schema", "says"),
    [
        ({"a": "x"}, {"properties": {"a": {"type": "integer"}}}, ".a: not of type integer"),
        ({"a": True}, {"properties": {"a": {"type": "integer"}}}, ".a: not of type integer"),
        ({}, {"required": ["a"]}, ".a: missing"),
        ({"k": 1}, {"additionalProperties": {"type": "string"}}, ".k: not of type string"),
        ([1], {"type": "array", "items": {"type": "string"}}, "[0]: not of type string"),
        ([1, 2], {"maxItems": 1}, ": its length 2 is not allowed"),
        ("", {"minLength": 1}, ": its length 0 is not allowed"),
        ({}, {"minProperties": 1}, ": its length 0 is not allowed"),
        ("b", {"pattern": "^a"}, ": 'b' does not match ^a"),
        ("C", {"enum": ["A"]}, ": 'C' is none of ['A']"),
        (0, {"minimum": 1}, ": 0 is below 1"),
        (1, {"minimum": 1, "exclusiveMinimum": True}, ": 1 is below 1"),
        (3, {"maximum": 2}, ": 3 is above 2"),
        (True, {"x-kubernetes-int-or-string": True}, ": neither a number nor a text"),
        (None, {"type": "string"}, ": null is not allowed"),
        ([], {"oneOf": [{"type": "string"}]}, ": 0 of 1 alternatives (oneOf) fit"),
        (1, {"oneOf": [{}, {}]}, ": 2 of 2 alternatives (oneOf) fit"),
        (1, {"not": {"minimum": 0}}, ": excluded"),
    ],
)
def test_refused(value: object, schema: Json, says: str) -> None:
    assert problems(value, schema) == [says]


RULED: Json = {
    "x-kubernetes-validations": [{"rule": "self.spec.size > 0"}, {"rule": "self.kind != ''"}],
    "properties": {
        "spec": {
            "x-kubernetes-validations": [
                {"rule": "self.size > self.part"},
                {"rule": "self.resized == oldSelf.resized"},
                {"rule": "self.size == oldSelf.size"},
            ],
            "properties": {
                "size": {"x-kubernetes-validations": [{"rule": "self % 2 == 0"}]},
                "parts": {"items": {"x-kubernetes-validations": [{"rule": "self.name != ''"}]}},
            },
        }
    },
}


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (("spec", "size"), ["self.spec.size > 0", "self.size > self.part", "self % 2 == 0"]),
        (("spec", "part"), ["self.spec.size > 0", "self.size > self.part"]),
        (("spec", "parts", "0", "name"), ["self.spec.size > 0", "self.name != ''"]),
        (("status",), []),
    ],
)
def test_rules_that_could_have_seen_a_field(path: tuple[str, ...], rules: list[str]) -> None:
    assert rules_on(RULED, path) == rules


def test_the_schema_of_a_version_is_found() -> None:
    versions = [
        {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object"}}},
        {"name": "v2"},
    ]
    definition: Json = {"spec": {"versions": versions}}
    found = [schema_of(definition, version) for version in ("v1", "v2", "v3")]
    assert found == [{"type": "object"}, {}, {}]
