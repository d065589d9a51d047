"""The component `monitoring`: Prometheus, which collects what pods and services offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.cluster import apply
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.images import ACCOUNTS, build_image
from plimsoll.embedded.monitoring import prometheus
from plimsoll.embedded.monitoring.objects import NAMESPACE, USER
from plimsoll.embedded.monitoring.removal import take_away
from plimsoll.embedded.rollout import unfinished

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


ABSENT = "absent"


class Monitoring:
    """Prometheus in the cluster, at the Service monitoring/prometheus."""

    name = "monitoring"
    title = "Prometheus (monitoring)"
    builds: Sequence[str] = ("prometheus",)
    requires: Sequence[str] = ()

    def part_of_core(self, config: PlatformConfig) -> bool:  # noqa: ARG002
        """Return False: it is a component of its own."""
        return False

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the image that holds nothing but Prometheus."""
        program = binaries["prometheus"]
        key = fingerprint([prometheus.image_name(), file_signature(program)])

        def make(path: Path) -> None:
            build_image(
                path,
                name=prometheus.image_name(),
                files={**ACCOUNTS, "/prometheus": program},
                user=f"{USER}:{USER}",
                entrypoint=["/prometheus"],
            )

        return [cached(f"images/prometheus-{key}.tar", make)]

    def install(self, platform: Platform) -> None:
        """Apply Prometheus, or take it away where the configuration wants none."""
        if platform.config.monitoring == ABSENT:
            take_away(platform.client)
            return
        apply(platform.client, prometheus.manifests(platform.config))

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until queries are answered; empty when nothing is."""
        if platform.config.monitoring == ABSENT:
            return ""
        return unfinished(platform.client, prometheus.NAME, namespace=NAMESPACE)


COMPONENT = Monitoring()
