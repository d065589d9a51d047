"""What is under test, as far as the cluster itself says: kinds of nodes, versions, provider.

Only what may be published: no names, no ids, apart from the kube-system uid, which redaction turns
into a pseudonym that tells clusters apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError

Json = dict[str, Any]

_PROVIDERS = {
    "aws": "Amazon Web Services",
    "azure": "Microsoft Azure",
    "gce": "Google Cloud",
    "oci": "Oracle Cloud",
    "openstack": "OpenStack",
    "vsphere": "vSphere",
    "plimsoll": "Plimsoll's embedded platform",
}
_INSTANCE_TYPE = "node.kubernetes.io/instance-type"


async def describe(cluster: Cluster, nodes: Iterable[Json]) -> dict[str, Json]:
    """Return what is known of the platform, by subject of a Discovered fact."""
    nodes = list(nodes)
    found: Json = {
        "nodes": len(nodes),
        "provider": _provider(nodes),
        "virtual_cluster": _virtual(nodes),
    }
    try:
        system = await cluster.get("namespaces", "kube-system")
        found["kube_system_uid"] = system["metadata"]["uid"] if system else ""
    except ClusterError:
        found["kube_system_uid"] = ""  # not everybody may read kube-system
    return {
        "cluster": {key: value for key, value in found.items() if value},
        "node-kinds": {"kinds": node_kinds(nodes)},
    }


def node_kinds(nodes: Iterable[Json]) -> list[Json]:
    """Return the kinds of nodes with their number: what pools there are, by what they run."""
    kinds = Counter(_kind(node) for node in nodes)
    keys = ("instance_type", "kubelet", "runtime", "kernel", "system", "architecture")
    return [
        dict(zip(keys, kind, strict=True)) | {"count": count}
        for kind, count in sorted(kinds.items())
    ]


def _kind(node: Json) -> tuple[str, ...]:
    info = (node.get("status") or {}).get("nodeInfo") or {}
    labels = node["metadata"].get("labels") or {}
    return (
        labels.get(_INSTANCE_TYPE, ""),
        info.get("kubeletVersion", ""),
        info.get("containerRuntimeVersion", ""),
        info.get("kernelVersion", ""),
        info.get("osImage", ""),
        info.get("architecture", ""),
    )


def _provider(nodes: Iterable[Json]) -> str:
    ids = [str((node.get("spec") or {}).get("providerID") or "") for node in nodes]
    schemes = sorted({text.split(":", 1)[0] for text in ids if text})
    return ", ".join(_PROVIDERS.get(scheme, scheme) for scheme in schemes)


def _virtual(nodes: Iterable[Json]) -> str:
    labels = [node["metadata"].get("labels") or {} for node in nodes]
    return "vcluster" if any("vcluster.loft.sh/fake-node" in found for found in labels) else ""
