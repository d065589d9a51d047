"""The component `autoscaler`: Karpenter, and nodes of this machine that come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.embedded.accelerators.manifests import pool_daemon_set
from plimsoll.embedded.cluster import apply, find
from plimsoll.embedded.components import Component
from plimsoll.embedded.components.accelerators import data_folder
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter import manifests
from plimsoll.embedded.karpenter.removal import (
    NodePool,
    remove,
    remove_controller,
    remove_pool_driver,
)
from plimsoll.embedded.karpenter.upstream import KARPENTER
from plimsoll.embedded.pool.launcher import COMPONENT as NEEDED_BY
from plimsoll.embedded.pool.launcher import launcher_folder
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.rollout import unfinished

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class Autoscaler(Component):
    """Karpenter in the cluster, in charge of one pool of accelerator nodes."""

    name = NEEDED_BY
    title = "Karpenter (node autoscaler)"
    builds = ("kubernetes", "karpenter")

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the controller's image; also renders its kinds, which installing reads."""
        program = binaries["karpenter"]
        KARPENTER.render(program, binaries["kubectl"])
        return [program_image(program, name=manifests.image_name(), path="/karpenter")]

    def install(self, platform: Platform) -> None:
        """Apply kinds, controller, pool and the pool's driver, or take away what is not wanted."""
        client, config = platform.client, platform.config
        apply(client, KARPENTER.read(platform.binaries["karpenter"]))
        if not config.autoscaler_controller:
            remove_controller(client)
        apply(client, manifests.controller(config, launcher_folder(platform.folder)))
        apply(client, manifests.pools(config))
        if not config.pool_driver or not config.accelerators:
            remove_pool_driver(client)
            return
        base = platform.addresses.loops[0]
        driver = pool_daemon_set(config, data=data_folder(platform), loop_base=base)
        apply(client, [driver])

    def remove(self, platform: Platform) -> None:
        """Take away pools, controller, driver and kinds; nodes must have gone before."""
        remove(platform.client, KARPENTER.read(platform.binaries["karpenter"]))

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until a pending pod would bring a node."""
        if not platform.config.autoscaler_controller:
            return ""
        missing = unfinished(platform.client, manifests.NAME, namespace=manifests.NAMESPACE)
        unready = (_unready(platform, pool) for pool in manifests.POOLS)
        return missing or next(filter(None, unready), "")


def _unready(platform: Platform, pool: str) -> str:
    found: Any = find(platform.client, NodePool, pool)
    if found is None:
        return f"its pool {pool} to be applied"
    status: Any = found.get("status") or {}
    for condition in status.get("conditions", []):
        if condition["type"] == "Ready" and condition["status"] == "True":
            return ""
    return f"its pool {pool} to become ready"


COMPONENT = Autoscaler()
