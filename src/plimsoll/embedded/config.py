"""What a platform is asked to be: the one typed description that all else is derived from.

A platform's processes, files and objects are functions of this configuration, so a fault is a
change of the configuration, and applying or reverting it is making the running platform follow it.
"""

from __future__ import annotations

import re

import msgspec

from plimsoll.errors import UsageError

KUBERNETES_BUILDS = {
    "v1.37.2": "kubernetes",
    "v1.36.3": "kubernetes-1.36",
    "v1.35.4": "kubernetes-1.35",
    "v1.34.4": "kubernetes-1.34",
}
"""Each version of Kubernetes that a platform can be, with the build that gives it."""
KUBERNETES_VERSION = next(iter(KUBERNETES_BUILDS))
_NATIVE_GANGS_SINCE = 37
DEFAULT_NAME = "default"
MAX_NODES = 8
MAX_ACCELERATORS = 32
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")
_SIZE = re.compile(r"(\d+)\s*([KMGT]i?)?B?", re.IGNORECASE)
_FACTORS: dict[str, int] = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12} | {
    unit + "i": 2 ** (10 * power) for power, unit in enumerate("kmgt", start=1)
}


class PlatformConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One platform as it should be; unchecked until `validate` has seen it.

    Fields below the first group are properties that faults change; users do not set them.
    """

    name: str = DEFAULT_NAME
    network: str = ""
    """A /20 of 198.18.0.0/15; empty takes the first free one."""
    nodes: int = 2
    accelerators: int = 4
    """Accelerators per node."""
    accelerator_memory: int = 2**30
    """Bytes per accelerator."""
    device_plugin: bool = False
    """Serve accelerators through the device plugin instead of the DRA driver."""
    components: tuple[str, ...] = ()
    """Components beyond the core, by name."""
    faults: tuple[str, ...] = ()
    """Faults in force, by name."""
    kubernetes_version: str = KUBERNETES_VERSION

    native_gang: bool = True
    """Kubernetes' own PodGroup API and gang scheduling (feature gate GenericWorkload)."""
    kueue_controller: bool = True
    """Kueue's manager and webhooks; without them its kinds are there and nothing acts on them."""
    kueue_topology: bool = True
    """Kueue's topology-aware scheduling; without it only quota decides."""
    runtime_binary: str = ""
    """Absolute path of the OCI runtime that containerd calls; empty takes runc as built."""
    driver_fault: str = ""
    """How the accelerators' driver misbehaves; empty: it does not."""
    operator_webhooks: str = ""
    """The operators' validating webhooks: `absent`, or `ignored` with their server gone."""
    operator_controller: str = ""
    """What stands in for the operators' controllers: `status-only` or `no-repair`."""
    gateway_controller: bool = True
    """Envoy Gateway itself; without it the Gateway API's kinds and a class are there."""
    gateway_fault: str = ""
    """What the program gateway-faults does to Envoy Gateway's proxies; empty: it does not run."""
    autoscaler_tolerance: float = 0.1
    """How far a metric may be from its target, as a share, before pods are scaled."""
    custom_metrics: str = ""
    """What the custom metrics API gives for a pod: `constant`, or `highest` of all; empty: its own
    value."""
    autoscaler_controller: bool = True
    """Karpenter itself; without it its kinds and its pool are there and nothing acts on them."""
    autoscaler_removes: bool = True
    """Karpenter removes nodes that are not used."""
    autoscaler_offers_anything: bool = False
    """Karpenter's provider claims that its nodes have whatever a pod asks for."""
    pool_driver: bool = True
    """The accelerators' driver runs on nodes that the autoscaler adds."""
    monitoring: str = ""
    """What the monitoring does instead of collecting what asks for it: it is `absent`, collects
    `accelerators` only, or keeps the `first` value; empty: nothing else."""

    def has_native_gang(self) -> bool:
        """Tell whether Kubernetes itself starts gangs: wanted, and known to this version."""
        minor = int(self.kubernetes_version.split(".")[1])
        return self.native_gang and minor >= _NATIVE_GANGS_SINCE


def validate(config: PlatformConfig) -> PlatformConfig:
    """Return `config`; raise UsageError naming the first value that cannot be meant."""
    if not _NAME.fullmatch(config.name):
        raise UsageError(
            f"the platform name {config.name!r} is not usable",
            next_step="use 1 to 20 lower-case letters, digits and inner dashes, such as 'demo-2'",
        )
    if not 1 <= config.nodes <= MAX_NODES:
        raise UsageError(
            f"--nodes {config.nodes} is out of range", next_step=f"choose 1 to {MAX_NODES}"
        )
    if "autoscaler" in config.components and config.nodes == MAX_NODES:
        raise UsageError(
            f"a platform has at most {MAX_NODES} nodes, so the autoscaler could not add one to "
            f"--nodes {config.nodes}",
            next_step=f"leave it room with --nodes {MAX_NODES - 1} or less",
        )
    if not 0 <= config.accelerators <= MAX_ACCELERATORS:
        raise UsageError(
            f"--accelerators {config.accelerators} is out of range",
            next_step=f"choose 0 to {MAX_ACCELERATORS} per node",
        )
    if config.accelerator_memory < 2**20 or config.accelerator_memory % 4096:
        raise UsageError(
            f"an accelerator cannot have {config.accelerator_memory} bytes of memory",
            next_step="choose a multiple of 4096 of at least 1Mi, such as --memory 256Mi",
        )
    if config.kubernetes_version not in KUBERNETES_BUILDS:
        raise _unknown_version(config.kubernetes_version)
    return config


def parse_version(text: str) -> str:
    """Return the full version that '1.36', 'v1.36' or 'v1.36.3' names; raise UsageError else."""
    wanted = f"v{text.strip().removeprefix('v')}"
    for version in KUBERNETES_BUILDS:
        if wanted in {version, version.rsplit(".", 1)[0]}:
            return version
    raise _unknown_version(text)


def _unknown_version(text: str) -> UsageError:
    known = ", ".join(version.rsplit(".", 1)[0].removeprefix("v") for version in KUBERNETES_BUILDS)
    return UsageError(
        f"there is no embedded Kubernetes {text!r}", next_step=f"choose from: {known}"
    )


def parse_size(text: str) -> int:
    """Return the bytes that a size such as '256Mi', '1GiB' or '2G' means; raise UsageError else."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is not a size", next_step="write it like 256Mi or 1Gi")
    return int(match[1]) * _FACTORS[(match[2] or "").lower()]


def format_size(size: int) -> str:
    """Return `size` bytes for people: the largest binary unit with at most one decimal."""
    value, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if value >= 10 or value == int(value) else f"{value:.1f} {unit}"
