"""What a platform looks like now: every part's state, as people and programs read it.

Looks at the machine (processes, control group) and asks the API server; a part that does not answer
is shown as such and never makes the look itself fail.
"""

from __future__ import annotations

from pathlib import Path

import httpx2
import msgspec
from lightkube import ApiError
from lightkube.resources.core_v1 import Node

from plimsoll.embedded import builds
from plimsoll.embedded.cluster import ClusterError
from plimsoll.embedded.node_spec import read_node_status
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.pool.ledger import Ledger
from plimsoll.embedded.processes import alive, boot_id, inner_pid, resident_bytes
from plimsoll.embedded.state import Folder, PartStatus, SupervisorStatus
from plimsoll.errors import PlimsollError

_NODE_PARTS = ("containerd", "kubelet", "kube-proxy")


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the platform."""

    name: str
    state: str
    """running, waiting (ended; it is started again) or absent."""
    pid: int = 0
    memory: int = 0
    """Resident bytes."""
    restarts: int = 0
    last_exit: str = ""


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """One node."""

    name: str
    address: str
    ready: str
    """Ready, NotReady, or why that is unknown."""
    memory: int
    """Resident bytes of everything on it, pods included."""
    parts: tuple[PartView, ...]


class PlatformView(msgspec.Struct, frozen=True, kw_only=True):
    """One platform."""

    name: str
    state: str
    """running, starting, failed, unsupervised, stopped or incomplete."""
    because: str = ""
    network: str = ""
    api: str = ""
    kubeconfig: str = ""
    folder: str = ""
    versions: dict[str, str] = {}
    components: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    accelerators_per_node: int = 0
    memory: int = 0
    """Resident bytes of all its processes."""
    control_plane: tuple[PartView, ...] = ()
    nodes: tuple[NodeView, ...] = ()


def look(name: str) -> PlatformView:
    """Return what the platform of that name looks like now."""
    folder = Folder(name)
    try:
        record = folder.read_record()
    except PlimsollError as error:
        return _incomplete(folder, error.what)
    if record is None:
        return _incomplete(folder, "`up` ended before it had written what it would make")
    platform = Platform(folder, record)
    try:
        return _look(platform)
    finally:
        platform.close()


def _incomplete(folder: Folder, because: str) -> PlatformView:
    return PlatformView(
        name=folder.name, state="incomplete", because=because, folder=str(folder.path)
    )


def _look(platform: Platform) -> PlatformView:
    record, config = platform.record, platform.config
    status = platform.folder.read_status()
    processes = record.cgroup.processes() if record.boot == boot_id() else set()
    state, because = _state(platform, status, has_processes=bool(processes))
    parts = status.parts if status else ()
    supervisor = PartStatus(
        name="supervisor", state="running", process=status.supervisor if status else None
    )
    return PlatformView(
        name=platform.name,
        state=state,
        because=because,
        network=str(platform.addresses.network),
        api=platform.addresses.api_url,
        kubeconfig=str(platform.kubeconfig),
        folder=str(platform.folder.path),
        versions=_versions(platform),
        components=config.components,
        faults=config.faults,
        accelerators_per_node=config.accelerators,
        memory=sum(map(resident_bytes, processes)),
        control_plane=tuple(
            map(_part, [supervisor, *(p for p in parts if not p.name.startswith("node"))])
        ),
        nodes=_nodes(platform, reachable=bool(processes)),
    )


def _state(
    platform: Platform, status: SupervisorStatus | None, *, has_processes: bool
) -> tuple[str, str]:
    again = f"plimsoll up --name {platform.name} starts it again"
    if status is None or not alive(status.supervisor):
        if has_processes:
            return "unsupervised", f"its supervisor has ended; {again}"
        return "stopped", f"nothing of it runs; {again}"
    if status.failed:
        return "failed", status.failed
    if status.reached != platform.record.revision:
        return "starting", ""
    return "running", ""


def _versions(platform: Platform) -> dict[str, str]:
    known = {
        Path(path).parent.name.rpartition("-")[0] for path in platform.record.binaries.values()
    }
    named = {builds.load(name).title: builds.load(name).version for name in sorted(known) if name}
    return {**named, "plimsoll": platform.record.tool_version}


def _part(part: PartStatus) -> PartView:
    running = part.process is not None and alive(part.process)
    return PartView(
        name=part.name,
        state="running" if running else "waiting" if part.state == "waiting" else "absent",
        pid=part.process.pid if running and part.process else 0,
        memory=resident_bytes(part.process.pid) if running and part.process else 0,
        restarts=part.restarts,
        last_exit=part.last_exit,
    )


def _nodes(platform: Platform, *, reachable: bool) -> tuple[NodeView, ...]:
    readiness = _readiness(platform) if reachable else {}
    views = []
    added = (node.number for node in Ledger(platform.folder).read())
    for number in (*range(1, platform.config.nodes + 1), *added):
        name = f"node{number}"
        processes = platform.record.cgroup.processes(name) if reachable else set()
        views.append(
            NodeView(
                name=name,
                address=str(platform.addresses.node(number)),
                ready=readiness.get(name, "unknown: the API does not know it"),
                memory=sum(map(resident_bytes, processes)),
                parts=_node_parts(read_node_status(platform.folder, number), processes),
            )
        )
    return tuple(views)


def _node_parts(statuses: list[PartStatus], processes: set[int]) -> tuple[PartView, ...]:
    """Return a node's parts; its own file knows their ids inside, the host's are found by them."""
    by_inner = {inner_pid(pid): pid for pid in processes}
    by_name = {status.name: status for status in statuses}
    views = []
    for name in _NODE_PARTS:
        status = by_name.get(name, PartStatus(name=name, state="absent"))
        pid = by_inner.get(status.process.pid, 0) if status.process else 0
        views.append(
            PartView(
                name=name,
                state="running" if pid else "waiting" if status.state == "waiting" else "absent",
                pid=pid,
                memory=resident_bytes(pid) if pid else 0,
                restarts=status.restarts,
                last_exit=status.last_exit,
            )
        )
    return tuple(views)


def _readiness(platform: Platform) -> dict[str, str]:
    try:
        nodes = list(platform.client.list(Node))
    except (ApiError, ClusterError, httpx2.TransportError, OSError) as error:
        reason = f"unknown: {error.what if isinstance(error, ClusterError) else error}"
        return {f"node{number}": reason for number in range(1, platform.config.nodes + 1)}
    return {
        str(node.metadata.name): "Ready" if _ready(node) else "NotReady"
        for node in nodes
        if node.metadata
    }


def _ready(node: Node) -> bool:
    conditions = (node.status.conditions if node.status else None) or []
    return any(c.type == "Ready" and c.status == "True" for c in conditions)
