"""What is installed of an operator: its controllers, its kind's definition, its webhooks.

Controllers are found by their labels, and by what stands behind the services of webhooks for the
operator's kind. A webhook is the operator's own when it names the kind's group and leads into a
namespace with one of its controllers; a policy engine's that covers the kind too is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from plimsoll.adapters.operators.operator import Operator
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError

Json = dict[str, Any]

VALIDATING = "validatingwebhookconfigurations.admissionregistration.k8s.io"
MUTATING = "mutatingwebhookconfigurations.admissionregistration.k8s.io"
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
_ALL = "*"
_MANAGERS = {
    "argocd.argoproj.io/instance": "Argo CD",
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
    "olm.owner": "the Operator Lifecycle Manager",
    "addonmanager.kubernetes.io/mode": "the add-on manager",
}
"""Labels and annotations of what would put a Deployment back while it is stopped."""
_WORKLOADS = {"pods", "jobs", "deployments"}


class Webhook(Struct, frozen=True, kw_only=True):
    """One webhook that is asked about objects of the operator's kind."""

    name: str
    configuration: str
    own: bool
    failure_policy: str
    operations: tuple[str, ...]
    service: str


class Installed(Struct, frozen=True, kw_only=True):
    """What was found of one operator."""

    controllers: tuple[Json, ...]
    """The Deployments of its controllers, in full."""
    definition: Json
    """Its kind's CustomResourceDefinition; empty where it is none or cannot be read."""
    webhooks: tuple[Webhook, ...]
    """Validating webhooks for new objects of its kind, own and others'."""
    reaches: tuple[Json, ...]
    """Entries of webhook configurations that lead to it and concern pods, jobs or deployments."""
    reaches_known: bool = True
    """Mutating webhooks could be listed, so `reaches` is all of them."""

    @property
    def version(self) -> str:
        """The image tag of its controller, where it can be read."""
        for deployment in self.controllers:
            containers = deployment["spec"]["template"]["spec"]["containers"]
            tag = str(containers[0]["image"]).partition("@")[0].rpartition("/")[2]
            if ":" in tag:
                return tag.rpartition(":")[2]
        return ""

    @property
    def installed_by(self) -> str:
        """Who says that it installed the controllers."""
        for deployment in self.controllers:
            labels = deployment["metadata"].get("labels") or {}
            if by := labels.get("app.kubernetes.io/managed-by"):
                return str(by)
        return ""

    @property
    def available(self) -> list[tuple[int, int]]:
        """Available and wanted pods of each controller."""
        return [
            (
                int((deployment.get("status") or {}).get("availableReplicas") or 0),
                int(deployment["spec"].get("replicas", 1)),
            )
            for deployment in self.controllers
        ]


async def installed(cluster: Cluster, operator: Operator) -> Installed:
    """Return what is installed of an operator. Raises ClusterError where that may not be read."""
    controllers: list[Json] = []
    for selector in operator.controllers:
        controllers = await cluster.list("deployments.apps", labels=selector)
        if controllers:
            break
    validating = await cluster.list(VALIDATING)
    entries = [
        (configuration["metadata"]["name"], webhook)
        for configuration in validating
        for webhook in configuration.get("webhooks") or []
        if covers(webhook, operator)
    ]
    if not controllers:
        named = [webhook for _, webhook in entries if names_group(webhook, operator)]
        controllers = await _behind(cluster, named)
    places = {deployment["metadata"]["namespace"] for deployment in controllers}
    mutating = await _optional(cluster, MUTATING)
    return Installed(
        controllers=tuple(controllers),
        definition=await _definition(cluster, operator),
        webhooks=tuple(_webhook(name, entry, operator, places) for name, entry in entries),
        reaches=tuple(
            webhook
            for configuration in (*validating, *(mutating or ()))
            for webhook in configuration.get("webhooks") or []
            if _place(webhook) in places and _resources(webhook) & {*_WORKLOADS, _ALL, "*/*"}
        ),
        reaches_known=mutating is not None,
    )


def covers(webhook: Json, operator: Operator) -> bool:
    """Tell whether a webhook is asked about new objects of the operator's kind."""
    return any(
        {operator.group, _ALL} & set(rule.get("apiGroups") or [])
        and {operator.plural, _ALL, "*/*"} & set(rule.get("resources") or [])
        and {"CREATE", _ALL} & set(rule.get("operations") or [])
        for rule in webhook.get("rules") or []
    )


def names_group(webhook: Json, operator: Operator) -> bool:
    """Tell whether a webhook names the operator's group, not just every group."""
    return any(
        operator.group in (rule.get("apiGroups") or []) for rule in webhook.get("rules") or []
    )


def why_not_stopped(
    operator: Operator, found: Installed, foreign: Iterable[Json], namespace: str
) -> str:
    """Return why stopping an operator could hurt others; empty when it could not.

    `foreign` are objects of its kind, pods, jobs and deployments that are not the run's.
    """
    if not found.reaches_known:
        return "its mutating webhooks may not be listed, so what it touches is not known"
    if len(found.controllers) != 1:
        return f"{len(found.controllers)} Deployments could be its controller"
    if manager := _manager_of(found.controllers[0]):
        return f"its Deployment belongs to {manager}, which would start it again"
    others = list(foreign)
    kinds = sorted({str(item["kind"]) for item in others if item["kind"] == operator.kind})
    if kinds:
        return f"others have objects of the kind {', '.join(kinds)}"
    touched = (_touches(webhook, others, namespace) for webhook in found.reaches)
    return next(filter(None, touched), "")


def _touches(webhook: Json, others: list[Json], namespace: str) -> str:
    """Return what of others a webhook is asked about; empty for nothing."""
    if _only_here(webhook, namespace):
        return ""
    selector = webhook.get("objectSelector") or {}
    wanted = selector.get("matchExpressions") or []
    keys = [entry["key"] for entry in wanted if entry.get("operator") in {"Exists", "In"}]
    keys += list(selector.get("matchLabels") or {})
    if not keys:
        return f"its webhook {webhook['name']} concerns pods, jobs or deployments of others"
    concerned = [item for item in others if _has(item, keys)]
    if not concerned:
        return ""
    return (
        f"its webhook {webhook['name']} concerns what others have: "
        f"{len(concerned)} of the kind {concerned[0]['kind']} or the like"
    )


def _manager_of(deployment: Json) -> str:
    metadata = deployment["metadata"]
    for owner in metadata.get("ownerReferences") or []:
        return f"a {owner.get('kind')}"
    marks = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
    return next((name for key, name in _MANAGERS.items() if key in marks), "")


def _only_here(webhook: Json, namespace: str) -> bool:
    selector = (webhook.get("namespaceSelector") or {}).get("matchLabels") or {}
    return bool(selector.get("kubernetes.io/metadata.name") == namespace)


def _has(item: Json, keys: list[str]) -> bool:
    labels = item["metadata"].get("labels") or {}
    return all(key in labels for key in keys)


async def _behind(cluster: Cluster, webhooks: Iterable[Json]) -> list[Json]:
    """Return the Deployments whose pods the webhooks' services select."""
    found: dict[str, Json] = {}
    for webhook in webhooks:
        service = (webhook.get("clientConfig") or {}).get("service") or {}
        if not service:
            continue
        try:
            body = await cluster.get("services", service["name"], namespace=service["namespace"])
        except ClusterError:
            continue  # an optional right: the controllers then stay unknown
        selector = ((body or {}).get("spec") or {}).get("selector") or {}
        for deployment in await cluster.list("deployments.apps", namespace=service["namespace"]):
            template = deployment["spec"]["template"]["metadata"].get("labels") or {}
            if selector and selector.items() <= template.items():
                found[deployment["metadata"]["uid"]] = deployment
    return list(found.values())


async def _optional(cluster: Cluster, kind: str) -> list[Json] | None:
    try:
        return await cluster.list(kind)
    except ClusterError:
        return None  # an optional right: what is not known is not stopped


async def _definition(cluster: Cluster, operator: Operator) -> Json:
    try:
        return await cluster.get(DEFINITIONS, operator.resource) or {}
    except BlockedError:
        return {}


def _webhook(configuration: str, entry: Json, operator: Operator, places: set[str]) -> Webhook:
    service = (entry.get("clientConfig") or {}).get("service") or {}
    operations = {each for rule in entry["rules"] for each in rule.get("operations") or []}
    return Webhook(
        name=str(entry["name"]),
        configuration=configuration,
        own=names_group(entry, operator) and (not places or _place(entry) in places),
        failure_policy=str(entry.get("failurePolicy", "Fail")),
        operations=tuple(sorted(operations)),
        service=str(service.get("name", "")),
    )


def _place(webhook: Json) -> str:
    service = (webhook.get("clientConfig") or {}).get("service") or {}
    return str(service.get("namespace", ""))


def _resources(webhook: Json) -> set[str]:
    return {each for rule in webhook.get("rules") or [] for each in rule.get("resources") or []}
