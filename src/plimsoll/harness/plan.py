"""What a run would do, said before it does anything: objects, exact rights, minutes (pure).

The plan is printed by `--plan`, stands in `plan.json`, and the manifest that `--rbac` prints grants
exactly the rights that preflight asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from plimsoll.harness.needs import HARNESS_RULES, Demand, Needs, PlannedObject, Rule, Subject
from plimsoll.harness.options import Options
from plimsoll.standard.official import OFFICIAL, OfficialTest

Json = dict[str, Any]

ACCOUNT = "plimsoll"


class PlannedCheck(Struct, frozen=True, kw_only=True):
    """What one check would do."""

    requirement: str
    minutes: float
    accelerators: int
    """How many it would hold at most, under the run's limit."""
    exclusive: bool
    objects: tuple[PlannedObject, ...]
    rules: tuple[Rule, ...]
    demands: tuple[Demand, ...]
    official: tuple[OfficialTest, ...]
    """The programme's own tests of the requirement, which are not run."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a run would do. `minutes` counts exclusive checks one after another."""

    standard: str
    checks: tuple[PlannedCheck, ...]
    harness_rules: tuple[Rule, ...]
    options: Json
    minutes: float


def make_plan(needs: Mapping[str, Needs], options: Options, standard: str) -> Plan:
    """Return the plan of a run of these checks."""
    limit = options.accelerator_limit()
    checks = tuple(
        PlannedCheck(
            requirement=requirement,
            minutes=need.minutes,
            accelerators=need.accelerators if limit is None else min(limit, need.accelerators),
            exclusive=Subject.CAPACITY in need.holds,
            objects=(*_own_objects(need, options), *need.plan),
            rules=need.rules,
            demands=need.demands,
            official=OFFICIAL.get(requirement, ()),
        )
        for requirement, need in needs.items()
    )
    return Plan(
        standard=standard,
        checks=checks,
        harness_rules=HARNESS_RULES,
        options=options.changed(),
        minutes=round(sum(need.minutes for need in needs.values()), 1),
    )


def rbac(needs: Mapping[str, Needs], namespace: str) -> list[Json]:
    """Return a service account with just the rights of these checks, as Kubernetes objects.

    With `namespace` (the one that the checks work in) namespaced rights hold there only; without,
    the run makes namespaces of its own and needs them cluster-wide.
    """
    rules = [*HARNESS_RULES, *(rule for need in needs.values() for rule in need.rules)]
    home = namespace or ACCOUNT
    subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": home}
    wide = [rule for rule in rules if not (rule.namespaced and namespace)]
    narrow = [rule for rule in rules if rule.namespaced and namespace]
    objects: list[Json] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": ACCOUNT, "namespace": home},
        },
        *_role("ClusterRole", wide, subject, ""),
    ]
    return objects + (_role("Role", narrow, subject, namespace) if narrow else [])


def _role(kind: str, rules: Iterable[Rule], subject: Json, namespace: str) -> list[Json]:
    metadata: Json = {"name": "plimsoll-check"} | ({"namespace": namespace} if namespace else {})
    group = "rbac.authorization.k8s.io"
    return [
        {
            "apiVersion": f"{group}/v1",
            "kind": kind,
            "metadata": metadata,
            "rules": merged(rules),
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": f"{kind}Binding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": kind, "name": metadata["name"]},
            "subjects": [subject],
        },
    ]


def merged(rules: Iterable[Rule]) -> list[Json]:
    """Return rules as a role has them: each resource once, with all verbs it is needed with."""
    verbs: dict[tuple[str, str], dict[str, None]] = {}
    for rule in rules:
        for group in rule.groups:
            for resource in rule.resources:
                verbs.setdefault((group, resource), {}).update(dict.fromkeys(rule.verbs))
    return [
        {"apiGroups": [group], "resources": [resource], "verbs": list(found)}
        for (group, resource), found in sorted(verbs.items())
    ]


def _own_objects(need: Needs, options: Options) -> Iterable[PlannedObject]:
    if not options.namespace:
        yield PlannedObject(
            kind="Namespace", count=need.namespaces, purpose="the check's own", scope="cluster"
        )
