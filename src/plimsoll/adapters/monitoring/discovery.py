"""Finds the monitoring systems of a cluster that answer queries, and since when they exist.

Every candidate is asked one question before it counts. When its Service and the workload behind it
were made is noted, because monitoring that came with the run says nothing about the platform.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from plimsoll.adapters.monitoring.address import Address, parse
from plimsoll.adapters.monitoring.catalogue import NAMED_BY_KIND, QUERYABLE, Known
from plimsoll.adapters.monitoring.query import Endpoint, MonitoringError
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError
from plimsoll.harness.options import Options

Json = dict[str, Any]

_AT_MOST = 6
"""Candidates that are asked: each is polled as long as the check waits."""
_WORKLOADS = ("deployments.apps", "statefulsets.apps", "daemonsets.apps")


class Candidate(Struct, frozen=True, kw_only=True):
    """What may be a monitoring system, before it was asked."""

    title: str
    address: Address
    service: Json = {}
    """The Service, where there is one and it may be read."""


class Backend(Struct, frozen=True, kw_only=True):
    """A monitoring system that answers queries."""

    title: str
    endpoint: Endpoint
    version: str = ""
    given: bool = False
    made: tuple[str, ...] = ()
    """When its Service and the workloads behind it were created, as the cluster writes it."""

    def described(self) -> Json:
        """Return what a fact says of it."""
        return {
            "title": self.title,
            "at": str(self.endpoint.address),
            "version": self.version,
            "given": self.given,
            "made": list(self.made),
        }


class Found(Struct, frozen=True, kw_only=True):
    """What discovery came to."""

    backends: tuple[Backend, ...] = ()
    silent: tuple[str, ...] = ()
    """Candidates that did not answer, each with the reason."""
    installed: tuple[str, ...] = ()
    """Systems that show by their kinds."""
    hidden: bool = False
    """Services may not be listed, so nothing could be found."""


async def discover(cluster: Cluster, options: Options) -> Found:
    """Return what monitors the cluster. Raises MonitoringError when the one given is silent."""
    groups = {found.group for found in (await cluster.served()).values()}
    installed = named_by_kind(groups)
    if options.monitoring:
        given = Candidate(title="", address=parse(options.monitoring))
        given = await _with_service(cluster, given, groups)
        return Found(backends=(await _asked(cluster, given, given=True),), installed=installed)
    try:
        services = await cluster.list("services")
    except ClusterError as error:
        if error.code != 403:
            raise
        return Found(installed=installed, hidden=True)
    backends, silent = [], []
    for candidate in candidates(services, groups)[:_AT_MOST]:
        try:
            backends.append(await _asked(cluster, candidate))
        except MonitoringError as error:
            silent.append(f"{candidate.title}: {error.what}")
    return Found(backends=tuple(backends), silent=tuple(silent), installed=installed)


def candidates(services: list[Json], groups: Collection[str] = ()) -> list[Candidate]:
    """Return the Services that may be a query API, those that see the most first (pure)."""
    return [
        Candidate(title=known.title, address=address, service=service)
        for known in QUERYABLE
        for service in services
        if (address := _address(known, service, groups)) is not None
    ]


def named_by_kind(groups: set[str]) -> tuple[str, ...]:
    """Return the systems that the groups of served kinds tell of (pure)."""
    return tuple(title for group, title in NAMED_BY_KIND.items() if group in groups)


def behind(service: Json, workloads: list[Json]) -> list[Json]:
    """Return the workloads whose pods a Service selects (pure)."""
    selector = (service.get("spec") or {}).get("selector") or {}
    if not selector:
        return []
    found = []
    for workload in workloads:
        template = (workload.get("spec") or {}).get("template") or {}
        labels = (template.get("metadata") or {}).get("labels") or {}
        same = workload["metadata"].get("namespace") == service["metadata"].get("namespace")
        if same and selector.items() <= labels.items():
            found.append(workload)
    return found


def _address(known: Known, service: Json, groups: Collection[str]) -> Address | None:
    metadata, spec = service["metadata"], service.get("spec") or {}
    if not known.fits(metadata["name"], metadata.get("labels") or {}, groups):
        return None
    served = {port.get("port") for port in spec.get("ports") or []}
    port = next((port for port in known.ports if port in served), None)
    if port is None:
        return None
    return Address(
        namespace=metadata["namespace"],
        service=metadata["name"],
        port=str(port),
        scheme="https" if port in known.tls_ports else "",
        path=known.path,
    )


async def _asked(cluster: Cluster, candidate: Candidate, *, given: bool = False) -> Backend:
    endpoint = Endpoint(cluster, candidate.address)
    await endpoint.query("vector(1)")
    return Backend(
        title=candidate.title or "the monitoring given",
        endpoint=endpoint,
        version=await endpoint.version(),
        given=given,
        made=await _made(cluster, candidate.service),
    )


async def _made(cluster: Cluster, service: Json) -> tuple[str, ...]:
    if not service:
        return ()
    workloads: list[Json] = []
    for kind in _WORKLOADS:
        workloads += await _listed(cluster, kind, namespace=service["metadata"]["namespace"])
    made = [service, *behind(service, workloads)]
    return tuple(str(item["metadata"].get("creationTimestamp", "")) for item in made)


async def _with_service(
    cluster: Cluster, candidate: Candidate, groups: Collection[str]
) -> Candidate:
    """Return the candidate with what is known of its Service."""
    address = candidate.address
    if address.url:
        return candidate
    services = await _listed(cluster, "services", namespace=address.namespace)
    mine = [found for found in services if found["metadata"]["name"] == address.service]
    if not mine:
        return candidate
    title = next((found.title for found in candidates(mine, groups)), "")
    return Candidate(title=title, address=address, service=mine[0])


async def _listed(cluster: Cluster, kind: str, *, namespace: str | None = None) -> list[Json]:
    """Return all objects of a kind; none where the user may not list them."""
    try:
        return await cluster.list(kind, namespace=namespace)
    except BlockedError:
        return []
    except ClusterError as error:
        if error.code in {403, 404}:
            return []
        raise
