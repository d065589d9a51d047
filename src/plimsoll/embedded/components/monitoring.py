"""The component `monitoring`: Prometheus, which collects what pods and services offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.embedded.cluster import apply
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.monitoring import prometheus
from plimsoll.embedded.monitoring.objects import NAMESPACE
from plimsoll.embedded.monitoring.removal import take_away
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.rollout import unfinished

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


ABSENT = "absent"


class Monitoring(Component):
    """Prometheus in the cluster, at the Service monitoring/prometheus."""

    name = "monitoring"
    title = "Prometheus (monitoring)"
    builds = ("prometheus",)

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the image that holds nothing but Prometheus."""
        program = binaries["prometheus"]
        return [program_image(program, name=prometheus.image_name(), path="/prometheus")]

    def install(self, platform: Platform) -> None:
        """Apply Prometheus, or take it away where the configuration wants none."""
        if platform.config.monitoring == ABSENT:
            take_away(platform.client)
            return
        apply(platform.client, prometheus.manifests(platform.config))

    def remove(self, platform: Platform) -> None:
        """Take away what answers; settings stay."""
        take_away(platform.client)

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until queries are answered; empty when nothing is."""
        if platform.config.monitoring == ABSENT:
            return ""
        return unfinished(platform.client, prometheus.NAME, namespace=NAMESPACE)


COMPONENT = Monitoring()
