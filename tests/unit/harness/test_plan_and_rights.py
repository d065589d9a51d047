"""The printed rights are those that preflight asks for, no fewer and no more."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.harness import Needs, Options, Rule
from plimsoll.harness.needs import HARNESS_RULES
from plimsoll.harness.plan import make_plan, rbac

NEEDS = {
    "one": Needs(
        minutes=2,
        accelerators=8,
        rules=(
            Rule(groups=("g",), resources=("things",), verbs=("get",), namespaced=False),
            Rule(groups=("g",), resources=("parts",), verbs=("create", "delete")),
        ),
    ),
    "two": Needs(minutes=0.5, rules=(Rule(groups=("g",), resources=("parts",), verbs=("list",)),)),
}
Right = tuple[str, str, str]


def _granted(objects: list[dict[str, Any]], kind: str) -> set[Right]:
    return {
        (group, resource, verb)
        for role in objects
        if role["kind"] == kind
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def _asked(*, namespaced: tuple[bool, ...]) -> set[Right]:
    rules = [*HARNESS_RULES, *(rule for need in NEEDS.values() for rule in need.rules)]
    return {
        (group, resource, verb)
        for rule in rules
        if rule.namespaced in namespaced
        for group in rule.groups
        for resource in rule.resources
        for verb in rule.verbs
    }


def test_without_a_namespace_all_rights_are_cluster_wide() -> None:
    objects = rbac(NEEDS, "")
    assert _granted(objects, "ClusterRole") == _asked(namespaced=(True, False))
    assert _granted(objects, "Role") == set()


def test_with_a_namespace_its_rights_hold_there_alone() -> None:
    objects = rbac(NEEDS, "team")
    assert _granted(objects, "ClusterRole") == _asked(namespaced=(False,))
    assert _granted(objects, "Role") == _asked(namespaced=(True,))
    role = next(found for found in objects if found["kind"] == "Role")
    assert role["metadata"]["namespace"] == "team"


def test_nothing_may_be_granted_by_wildcard() -> None:
    granted = _granted(rbac(NEEDS, ""), "ClusterRole")
    assert [right for right in granted if "*" in right] == []


@pytest.mark.parametrize(
    ("options", "held"),
    [
        (Options(), 2),
        (Options(max_accelerators=5), 5),
        (Options(embedded=True), 8),
        (Options(max_accelerators=20), 8),
    ],
)
def test_the_plan_says_how_many_accelerators_are_held(options: Options, held: int) -> None:
    plan = make_plan(NEEDS, options, "v1.37")
    assert [check.accelerators for check in plan.checks] == [held, 0]
    assert plan.minutes == 2.5


def test_the_plan_names_own_namespaces_only_where_they_are_made() -> None:
    made = make_plan(NEEDS, Options(), "v1.37").checks[0].objects
    given = make_plan(NEEDS, Options(namespace="team"), "v1.37").checks[0].objects
    assert [planned.kind for planned in made] == ["Namespace"]
    assert given == ()
