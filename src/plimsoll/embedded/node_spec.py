"""What a node is told: the file that its first process reads, and the files of its parts.

Everything is a function of the platform's record, so a changed configuration changes exactly the
files that depend on it, and the parts that read those files are restarted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

import plimsoll
from plimsoll.embedded.cache import fingerprint
from plimsoll.embedded.cgroups import mount_cgroups
from plimsoll.embedded.config import MAX_NODES, PlatformConfig
from plimsoll.embedded.keeper import Part
from plimsoll.embedded.network import node_commands
from plimsoll.embedded.node_init import SPEC_FILE, STATUS_FILE, NodeSpec
from plimsoll.embedded.pki import Pki
from plimsoll.embedded.state import Folder, PartStatus, Record, write_atomically
from plimsoll.embedded.tools import CNI_FOLDERS, cni_folder

SOCKET = "/run/containerd/containerd.sock"
PAUSE_IMAGE = "plimsoll.local/pause:1"
NODE_LABEL = "plimsoll.dev/node-number"
MAX_PODS = 100
_NODE_PROGRAMS = ("containerd", "containerd-shim-runc-v2", "runc", "kubelet", "kube-proxy")


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """What a node that an autoscaler asked for says about itself when it joins."""

    provider_id: str
    labels: dict[str, str]
    taints: tuple[dict[str, str], ...] = ()


def node_name(number: int) -> str:
    """Return the Kubernetes name of node `number` (from 1)."""
    return f"node{number}"


def write_node_files(
    folder: Folder,
    record: Record,
    config: PlatformConfig,
    node: int,
    membership: Membership | None = None,
) -> None:
    """Write the configuration files of a node's parts; the node's folder is made if needed."""
    home = folder.node(node)
    for name in ("var/lib/kubelet", "logs", "etc/cni"):
        (home / name).mkdir(parents=True, exist_ok=True)
    etc = home / "etc"
    pki = Pki(folder.pki)
    _write(etc / "resolv.conf", "")
    _write(etc / "containerd.toml", _containerd(record, config, home))
    _write(etc / "cni" / "10-plimsoll.conflist", _cni(record, node))
    _write(etc / "kubelet.yaml", _kubelet(record, pki, home, node, membership))
    for user in (node_name(node), "kube-proxy"):
        pki.kubeconfig(
            etc / f"{user}.kubeconfig",
            user=user,
            server=record.addresses.api_url,
            cluster=record.config.name,
        )


def node_spec(
    folder: Folder,
    record: Record,
    config: PlatformConfig,
    node: int,
    *,
    joined: bool,
    membership: Membership | None = None,
) -> NodeSpec:
    """Return what a node does: with `joined` all its parts, else only the container runtime."""
    home = folder.node(node)
    parts = [_containerd_part(record, home)]
    if joined:
        labels = membership.labels if membership else {}
        parts += [_kubelet_part(record, home, node, labels), _kube_proxy_part(record, home, node)]
    python = {sys.prefix, sys.base_prefix, str(Path(plimsoll.__file__).parents[1])}
    return NodeSpec(
        hostname=node_name(node),
        folder=str(home),
        shown=tuple(
            sorted({str(folder.path), *_folders(record), *python, *_runtime_folder(config)})
        ),
        cgroup_version=record.cgroup.version,
        cgroups=tuple(mount_cgroups(record.cgroup)),
        network=tuple(node_commands(record.addresses, node, MAX_NODES)),
        parts=tuple(parts),
    )


def write_node_spec(folder: Folder, spec: NodeSpec, node: int) -> bool:
    """Write what the node's first process reads; return whether it differs from what was there."""
    path = folder.node(node) / SPEC_FILE
    content = msgspec.json.encode(spec)
    if path.exists() and path.read_bytes() == content:
        return False
    write_atomically(path, content)
    return True


def unsettled_parts(folder: Folder, node: int) -> list[str]:
    """Return the names of a node's parts that do not run yet as its specification says."""
    spec = msgspec.json.decode((folder.node(node) / SPEC_FILE).read_bytes(), type=NodeSpec)
    running = {
        (status.name, status.command, status.inputs)
        for status in read_node_status(folder, node)
        if status.state == "running"
    }
    return [
        part.name for part in spec.parts if (part.name, part.command, part.inputs) not in running
    ]


def read_node_status(folder: Folder, node: int) -> list[PartStatus]:
    """Return what a node's first process last wrote about its parts; nothing if it has not yet."""
    try:
        content = (folder.node(node) / STATUS_FILE).read_bytes()
    except FileNotFoundError:
        return []
    return msgspec.json.decode(content, type=list[PartStatus])


def _runtime_folder(config: PlatformConfig) -> set[str]:
    return {str(Path(config.runtime_binary).parent)} if config.runtime_binary else set()


def _folders(record: Record) -> list[str]:
    """Return the folders of the programs that run on nodes.

    No others: with those of a component that is added later a node's parts would differ from what
    runs, and be restarted for nothing.
    """
    return sorted({str(Path(record.binaries[name]).parent) for name in _NODE_PROGRAMS})


def _part(record: Record, home: Path, name: str, command: list[str], inputs: list[str]) -> Part:
    programs = ":".join(_folders(record))
    return Part(
        name=name,
        command=(record.binaries[name], *command),
        log=str(home / "logs" / f"{name}.log"),
        inputs=fingerprint((home / "etc" / file).read_text() for file in inputs),
        environment={
            "PATH": f"{programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        },
    )


def _containerd_part(record: Record, home: Path) -> Part:
    command = ["--config", str(home / "etc/containerd.toml"), "--log-level", "warn"]
    return _part(record, home, "containerd", command, ["containerd.toml"])


def _kubelet_part(record: Record, home: Path, node: int, labels: Mapping[str, str]) -> Part:
    name = node_name(node)
    labels = {NODE_LABEL: str(node), **labels}
    command = [
        f"--config={home}/etc/kubelet.yaml",
        f"--kubeconfig={home}/etc/{name}.kubeconfig",
        f"--hostname-override={name}",
        f"--node-ip={record.addresses.node(node)}",
        f"--node-labels={','.join(f'{key}={value}' for key, value in labels.items())}",
        "--v=1",
    ]
    return _part(record, home, "kubelet", command, ["kubelet.yaml", f"{name}.kubeconfig"])


def _kube_proxy_part(record: Record, home: Path, node: int) -> Part:
    command = [
        f"--kubeconfig={home}/etc/kube-proxy.kubeconfig",
        f"--hostname-override={node_name(node)}",
        "--proxy-mode=nftables",
        f"--cluster-cidr={record.addresses.pods}",
        "--conntrack-max-per-core=0",
        "--conntrack-min=0",
        "--healthz-bind-address=127.0.0.1:10256",
        "--metrics-bind-address=127.0.0.1:10249",
    ]
    return _part(record, home, "kube-proxy", command, ["kube-proxy.kubeconfig"])


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode())


def _containerd(record: Record, config: PlatformConfig, home: Path) -> str:
    runtime = config.runtime_binary or record.binaries["runc"]
    runc = 'plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc'
    return f"""version = 4
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.internal.v1.tracing"]

[grpc]
  address = "{SOCKET}"

[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{PAUSE_IMAGE}"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  cdi_spec_dirs = ["/run/cdi"]

[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["{cni_folder() or CNI_FOLDERS[0]}"]
  conf_dir = "{home}/etc/cni"

[plugins."io.containerd.cri.v1.runtime".containerd]
  default_runtime_name = "runc"

[{runc}]
  runtime_type = "io.containerd.runc.v2"

[{runc}.options]
  BinaryName = "{runtime}"
  SystemdCgroup = false
"""


def _cni(record: Record, node: int) -> str:
    ranges = [[{"subnet": str(record.addresses.pods_of(node))}]]
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "ipMasq": False,
        "hairpinMode": True,
        "ipam": {"type": "host-local", "ranges": ranges, "routes": [{"dst": "0.0.0.0/0"}]},
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True}
    return json.dumps({"cniVersion": "1.0.0", "name": "plimsoll", "plugins": [bridge, ports]})


def _kubelet(record: Record, pki: Pki, home: Path, node: int, membership: Membership | None) -> str:
    """Return the kubelet's configuration; JSON, which is YAML as well."""
    serving = f"{node_name(node)}-serving"
    settings = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(pki.certificate("ca"))},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(pki.certificate(serving)),
        "tlsPrivateKeyFile": str(pki.key(serving)),
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": False,
        "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "clusterDNS": [str(record.addresses.dns_service)],
        "clusterDomain": "cluster.local",
        "resolvConf": str(home / "etc/resolv.conf"),
        "maxPods": MAX_PODS,
        "maxOpenFiles": 20000,
        "oomScoreAdj": 0,
        "serializeImagePulls": False,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "nodefs.inodesFree": "1%",
            "imagefs.available": "1%",
        },
        "nodeStatusUpdateFrequency": "10s",
        # A claim that could not be prepared (the API server's node authorizer may learn of a pod
        # later than the kubelet) is tried again at the next sync only.
        "syncFrequency": "10s",
        "shutdownGracePeriod": "0s",
    }
    if membership:
        settings["providerID"] = membership.provider_id
        settings["registerWithTaints"] = list(membership.taints)
    return json.dumps(settings, indent=1)
