"""What the faults of Karpenter share: it must be there, and what it did must be cleared up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.embedded.faults import Fault

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class KarpenterFault(Fault):
    """A broken promise of the node autoscaler."""

    requirement = "cluster_autoscaling"
    components = ("autoscaler",)

    def revert(self, platform: Platform) -> None:
        """Remove the nodes that came, while somebody is there to do it, and what else came."""
        from plimsoll.embedded.karpenter.removal import (  # noqa: PLC0415  (heavy; listing is not)
            remove_nodes,
        )

        if platform.config.autoscaler_controller:
            remove_nodes(platform.client)
        super().revert(platform)
