"""Before a check starts: its rights, its namespace, and whether its objects would be let in.

Whatever is refused here makes the check inconclusive with the reason, before it has taken anything
from anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError, RefusedError
from plimsoll.harness.harness import Harness
from plimsoll.harness.needs import HARNESS_RULES, Needs, Rule
from plimsoll.record.facts import Discovered, Refused

Json = dict[str, Any]

_RBAC_STEP = "grant them: `plimsoll check --rbac` prints a manifest with just these rights"
_POLICY_STEP = (
    "read the message: a quota, policy or webhook of the cluster says no; --namespace, --label, "
    "--annotation may help"
)
_ACCOUNT_SECONDS = 20
_MESH_OPT_OUT_LABELS = {
    "istio-injection": "disabled",
    "kuma.io/sidecar-injection": "disabled",
    "linkerd.io/inject": "disabled",
}
_MESH_OPT_OUT_ANNOTATIONS = {"linkerd.io/inject": "disabled"}


_NO_DRY_RUN = "does not support dry run"
_LOST = frozenset({0, 401})
"""Codes of answers after which nothing else can be asked."""


class Sample(Struct, frozen=True, kw_only=True):
    """Objects such as the check will create, which are tried without being stored."""

    manifests: tuple[Json, ...]
    claims: tuple[str, ...] = ()
    """What stays undecided when one is refused; empty: the whole check."""
    way: str = ""
    """One of several ways to go, of which one is enough: blocked only when all are refused."""


async def missing_rights(
    cluster: Cluster, rules: Iterable[Rule], namespace: str
) -> tuple[list[str], list[str]]:
    """Return the rights that are missing: those that must be there, and the optional ones."""
    asked = [
        (rule.optional, group, resource, verb, namespace if rule.namespaced else "")
        for rule in rules
        for group in rule.groups
        for resource in rule.resources
        for verb in rule.verbs
    ]
    allowed = await asyncio.gather(*(_allowed(cluster, *each[1:]) for each in asked))
    required: list[str] = []
    optional: list[str] = []
    for (may_lack, group, resource, verb, place), yes in zip(asked, allowed, strict=True):
        if not yes:
            name = f"{resource}.{group}" if group else resource
            text = f"{verb} {name}" + ("" if place else " (cluster-wide)")
            (optional if may_lack else required).append(text)
    return list(dict.fromkeys(required)), list(dict.fromkeys(optional))


async def prepare(harness: Harness, needs: Needs) -> None:
    """Make sure that a check may begin: rights, a namespace, pods. Raises BlockedError."""
    rules = (*HARNESS_RULES, *needs.rules)
    required, optional = await missing_rights(harness.cluster, rules, harness.namespace)
    if required:
        raise BlockedError(f"rights are missing: {', '.join(required)}", next_step=_RBAC_STEP)
    if optional:
        harness.record.add(Discovered, subject="missing-rights", found={"optional": optional})
    if not harness.options.namespace:
        await _make_namespace(harness, harness.namespace, needs.pod_security)
    await _pods_are_let_in(harness, harness.namespace)


async def another_namespace(harness: Harness, stem: str, pod_security: str) -> str:
    """Make one more namespace for a check and return its name once pods are let in there.

    Raises BlockedError, also where the user gave the namespace to work in.
    """
    if harness.options.namespace:
        raise BlockedError(
            "a second namespace is needed, and with --namespace none is made",
            next_step="leave --namespace out, so that the run may make namespaces of its own",
        )
    name = f"{harness.namespace}-{stem}"
    await _make_namespace(harness, name, pod_security)
    await _pods_are_let_in(harness, name)
    return name


async def try_samples(harness: Harness, samples: Sequence[Sample]) -> None:
    """Ask whether objects would be let in; what only some claims need blocks these alone.

    Raises BlockedError when the whole check cannot go on.
    """
    answers = await asyncio.gather(*(_refused(harness, sample) for sample in samples))
    refused = [(sample, fact) for sample, fact in zip(samples, answers, strict=True) if fact]
    for sample, fact in refused:
        if sample.claims:
            error = _not_let_in(fact)
            harness.blocked(
                error.what, next_step=error.next_step, claims=sample.claims, stage="preflight"
            )
        elif not sample.way:
            raise _not_let_in(fact)
    ways = {sample.way for sample in samples if sample.way}
    closed = {sample.way: fact for sample, fact in refused if sample.way}
    if ways and ways == closed.keys():
        raise _not_let_in(next(iter(closed.values())))


async def _refused(harness: Harness, sample: Sample) -> Refused | None:
    """Return the first refusal that would also meet the real object, as a fact."""
    for manifest in sample.manifests:
        try:
            answer = await harness.try_create(
                manifest, purpose="would it be admitted", dry_run=True
            )
        except BlockedError:
            continue  # a kind that is not served is the check's to judge
        except ClusterError as error:
            if error.code in _LOST:
                raise
            continue  # no refusal; the step that creates it will say what it meets
        if isinstance(answer, Refused) and _tells(answer):
            return answer
    return None


def _tells(fact: Refused) -> bool:
    """Tell whether a refused dry run says anything about the real object."""
    return fact.reason != "AlreadyExists" and _NO_DRY_RUN not in fact.message


def _not_let_in(fact: Refused) -> BlockedError:
    return BlockedError(f"a {fact.kind} would be refused: {fact.message}", next_step=_POLICY_STEP)


def namespace_manifest(name: str, pod_security: str) -> Json:
    """Return a namespace with its Pod Security level that service meshes leave alone."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {
                "pod-security.kubernetes.io/enforce": pod_security,
                "pod-security.kubernetes.io/warn": pod_security,
                **_MESH_OPT_OUT_LABELS,
            },
            "annotations": dict(_MESH_OPT_OUT_ANNOTATIONS),
        },
    }


async def _make_namespace(harness: Harness, name: str, pod_security: str) -> None:
    try:
        await harness.create(
            namespace_manifest(name, pod_security), purpose="the check's own namespace"
        )
    except RefusedError as error:
        raise BlockedError(
            f"a namespace of its own was refused: {error.message}",
            next_step="make one and give it with --namespace NAME, or allow it",
        ) from error


async def _pods_are_let_in(harness: Harness, namespace: str) -> None:
    """Try a pod without storing it; a new namespace's service account may take a moment."""
    pod = harness.pod("preflight", command=("true",), deadline=60)
    pod["metadata"]["namespace"] = namespace
    purpose = "would a pod be admitted"
    deadline = asyncio.get_running_loop().time() + _ACCOUNT_SECONDS
    while True:
        try:
            answer = await harness.cluster._create(harness.prepared(pod), dry_run=True)
        except RefusedError as error:
            waiting = "serviceaccount" in error.message
            if waiting and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.2)
                continue
            harness.record.add(
                Refused,
                verb="create (dry run)",
                kind="Pod",
                name=pod["metadata"]["name"],
                code=error.code,
                reason=error.reason,
                message=error.message,
                purpose=purpose,
            )
            raise BlockedError(
                f"pods are refused in {namespace}: {error.message}",
                next_step=_POLICY_STEP,
            ) from error
        del answer
        return


async def _allowed(cluster: Cluster, group: str, resource: str, verb: str, namespace: str) -> bool:
    name, _, subresource = resource.partition("/")
    attributes = {
        "group": group,
        "resource": name,
        "subresource": subresource,
        "verb": verb,
        "namespace": namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {k: v for k, v in attributes.items() if v}},
    }
    path = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    try:
        answer = await cluster.transport.json("POST", path, body=review)
    except RefusedError as error:
        raise ClusterError(
            f"rights cannot be asked for: {error.message}",
            next_step="every user may create selfsubjectaccessreviews by default; ask why not here",
            code=error.code,
        ) from error
    return bool(answer.get("status", {}).get("allowed"))
