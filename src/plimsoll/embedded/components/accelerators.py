"""The simulated accelerators, part of every platform whose nodes have any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightkube.resources.apps_v1 import DaemonSet
from lightkube.resources.core_v1 import Node
from lightkube.resources.resource_v1 import ResourceSlice

from plimsoll.embedded.accelerators.driver.settings import DRIVER, RESOURCE
from plimsoll.embedded.accelerators.image import driver_image
from plimsoll.embedded.accelerators.manifests import NAME, NAMESPACE, manifests
from plimsoll.embedded.cluster import apply, find
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig

if TYPE_CHECKING:
    from lightkube import Client

    from plimsoll.embedded.platform import Platform


class Accelerators(Component):
    """The driver on every node, and its devices as Kubernetes sees them."""

    name = "accelerators"
    title = "accelerators"

    def part_of_core(self, config: PlatformConfig) -> bool:
        """Return whether the nodes have accelerators at all."""
        return config.accelerators > 0

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],  # noqa: ARG002
    ) -> Sequence[Path]:
        """Return the driver's image."""
        return [driver_image()]

    def install(self, platform: Platform) -> None:
        """Apply the driver; a changed configuration replaces it on every node."""
        objects = manifests(
            platform.config,
            data=data_folder(platform),
            loop_base=platform.addresses.loops[0],
        )
        apply(platform.client, objects)

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until every node offers all its accelerators."""
        if what := _rollout(platform.client):
            return what
        config = platform.config
        offered = _allocatable if config.device_plugin else _published
        counts = offered(platform.client)
        nodes = [f"node{number}" for number in range(1, config.nodes + 1)]
        missing = [node for node in nodes if counts.get(node, 0) != config.accelerators]
        return f"the accelerators of {', '.join(missing)}" if missing else ""


def data_folder(platform: Platform) -> Path:
    """Return the folder with a folder per node: what accelerators hold, and the health file."""
    return platform.folder.path / "accelerators"


def _rollout(client: Client) -> str:
    found = find(client, DaemonSet, NAME, namespace=NAMESPACE)
    if found is None:
        return "their DaemonSet to be applied"
    status = found.status
    generation = found.metadata and found.metadata.generation
    if not status or (status.observedGeneration or 0) < (generation or 0):
        return "their DaemonSet to be looked at"
    desired = status.desiredNumberScheduled
    if not (desired == (status.updatedNumberScheduled or 0) == (status.numberAvailable or 0)):
        return f"{status.numberAvailable or 0} of {desired} drivers run"
    return ""


def _published(client: Client) -> dict[str, int]:
    counts: dict[str, int] = {}
    for found in client.list(ResourceSlice, fields={"spec.driver": DRIVER}):
        node = found.spec.nodeName or ""
        counts[node] = counts.get(node, 0) + len(found.spec.devices or [])
    return counts


def _allocatable(client: Client) -> dict[str, int]:
    return {
        str(node.metadata.name): int((node.status.allocatable or {}).get(RESOURCE, "0"))
        for node in client.list(Node)
        if node.metadata and node.status
    }


COMPONENT = Accelerators()
