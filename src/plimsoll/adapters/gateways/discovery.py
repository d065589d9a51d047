"""Finding the GatewayClasses of a cluster, and what belongs to a Gateway once it is there.

A class that its controller has not accepted is named and not tried: nobody is in charge of it.
Of each implementation its most usual class is tried, and no more than a few in all, because each
try can make a load balancer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from plimsoll.adapters.gateways.implementations import Implementation, of_controller
from plimsoll.harness import BlockedError, Cluster, ClusterError

Json = dict[str, Any]

API = "gateway.networking.k8s.io"
MOST_CLASSES = 2
"""How many classes a run tries unless the user names one."""

_INSTALL = (
    "install an implementation of the Gateway API; any conformant one will do, these are known by "
    "name: Envoy Gateway, Istio, kgateway, NGINX Gateway Fabric, Cilium, Traefik, Kong, GKE, AWS"
)


class GatewayClass(Struct, frozen=True, kw_only=True):
    """One GatewayClass as it was found."""

    name: str
    controller: str
    implementation: str
    accepted: bool
    said: str
    """What its Accepted condition says, for people."""
    unsuited: str = ""
    """Why it cannot take HTTP routes of clients; empty: it can, as far as is known."""
    rank: int = 0
    """Among the classes of one implementation; the lowest is tried first."""
    version: str = ""
    """Of the implementation, where it can be read."""

    @property
    def title(self) -> str:
        """What people call it; the group of its findings."""
        return f"{self.implementation}, class {self.name}"


class Plan(Struct, frozen=True, kw_only=True):
    """Which classes to try, and why not the others (name of a class to the reason)."""

    tried: tuple[GatewayClass, ...]
    left: dict[str, str] = {}


async def discover(cluster: Cluster) -> list[GatewayClass]:
    """Return all classes. Raises BlockedError where the Gateway API is not served."""
    if f"gatewayclasses.{API}" not in await cluster.served(refresh=True):
        raise BlockedError("the cluster does not serve the Gateway API", next_step=_INSTALL)
    found = await cluster.list(f"gatewayclasses.{API}")
    versions = {
        name: await _version(cluster, of_controller(name).labels)
        for name in {obj["spec"]["controllerName"] for obj in found}
    }
    return [_read(obj, versions[obj["spec"]["controllerName"]]) for obj in found]


def choose(classes: Sequence[GatewayClass], wanted: str) -> Plan:
    """Return which classes to try: the one `wanted`, else the first of each implementation.

    Raises BlockedError when there is none to try.
    """
    if wanted:
        return Plan(tried=(_named(classes, wanted),))
    if not classes:
        raise BlockedError("there is no GatewayClass on this cluster", next_step=_INSTALL)
    left = {each.name: f"left out: {each.unsuited}" for each in classes if each.unsuited}
    suited = [each for each in classes if not each.unsuited]
    left |= {each.name: _unaccepted(each) for each in suited if not each.accepted}
    ready = sorted((each for each in suited if each.accepted), key=lambda c: (c.rank, c.name))
    if not ready:
        raise BlockedError("; ".join(sorted(left.values())), next_step=_INSTALL)
    tried: list[GatewayClass] = []
    for each in ready:
        if len(tried) < MOST_CLASSES and each.implementation not in {
            t.implementation for t in tried
        }:
            tried.append(each)
        else:
            left[each.name] = (
                f"not tried: this run tries {len(tried)} of {len(ready)} accepted classes"
            )
    return Plan(tried=tuple(tried), left=left)


def addresses(gateway: Json) -> list[str]:
    """Return the addresses in a Gateway's status."""
    entries: list[Json] = gateway.get("status", {}).get("addresses") or []
    values = [(entry.get("type"), str(entry.get("value") or "")) for entry in entries]
    # some write a Service's host name together with its port
    return [v.partition(":")[0] if kind == "Hostname" else v for kind, v in values if v]


async def services_of(cluster: Cluster, gateway: Json, namespace: str) -> list[Json]:
    """Return the Services that carry a Gateway's traffic: by its name in a label, or by address.

    Where only the own `namespace` may be read, they are looked for there.
    """
    try:
        found = await cluster.list("services")
    except ClusterError as error:
        if error.code != 403:
            raise
        found = await cluster.list("services", namespace=namespace)
    name, mine = gateway["metadata"]["name"], set(addresses(gateway))
    return [obj for obj in found if _clusterwide(obj) and _belongs(obj, name, mine)]


def _belongs(service: Json, gateway: str, mine: set[str]) -> bool:
    labels: Json = service["metadata"].get("labels") or {}
    named = any(value == gateway for key, value in labels.items() if key.endswith("gateway-name"))
    return named or bool(mine & set(_balanced(service)))


def _balanced(service: Json) -> Iterable[str]:
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    for entry in balancer.get("ingress") or []:
        yield from (entry[key] for key in ("ip", "hostname") if entry.get(key))


def _clusterwide(service: Json) -> bool:
    return (service.get("spec") or {}).get("clusterIP") not in (None, "", "None")


def _named(classes: Sequence[GatewayClass], wanted: str) -> GatewayClass:
    known = {each.name: each for each in classes}
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise BlockedError(
            f"there is no GatewayClass {wanted!r}",
            next_step=f"{hint}choose from: {', '.join(sorted(known)) or 'none is there'}",
        )
    if not known[wanted].accepted:
        raise BlockedError(_unaccepted(known[wanted]), next_step=_INSTALL)
    return known[wanted]


def _unaccepted(found: GatewayClass) -> str:
    return (
        f"no controller has accepted the GatewayClass {found.name} of {found.controller}: "
        f"{found.said}"
    )


def _read(obj: Json, version: str) -> GatewayClass:
    controller, name = str(obj["spec"]["controllerName"]), str(obj["metadata"]["name"])
    known = of_controller(controller)
    conditions: list[Json] = (obj.get("status") or {}).get("conditions") or []
    accepted: Json = next((each for each in conditions if each.get("type") == "Accepted"), {})
    said = accepted.get("message") or accepted.get("reason") or "it has no status"
    return GatewayClass(
        name=name,
        controller=controller,
        implementation=known.name,
        accepted=accepted.get("status") == "True",
        said=str(said),
        unsuited=_unsuited(known, name),
        rank=_rank(known, name),
        version=version,
    )


def _unsuited(known: Implementation, name: str) -> str:
    return next((why for end, why in known.unsuited.items() if name.endswith(end)), "")


def _rank(known: Implementation, name: str) -> int:
    ends = enumerate(known.preferred)
    return next((place for place, end in ends if name.endswith(end)), len(known.preferred))


async def _version(cluster: Cluster, labels: str) -> str:
    """Return the image tag of a controller's Deployment, as far as it may be read."""
    if not labels:
        return ""
    try:
        found = await cluster.list("deployments.apps", labels=labels)
    except ClusterError:
        return ""  # optional right: the version is only for the report
    for deployment in found:
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            _, colon, tag = str(container["image"]).partition("@")[0].rpartition(":")
            if colon and "/" not in tag:
                return tag
    return ""
