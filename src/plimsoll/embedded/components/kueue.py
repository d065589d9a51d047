"""The component `gang`: Kueue, for Jobs that start entirely or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.embedded.cluster import apply, delete_kinds
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.kueue import manifests
from plimsoll.embedded.kueue.removal import take_away
from plimsoll.embedded.kueue.upstream import KUEUE
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.rollout import unfinished
from plimsoll.embedded.webhook_certificates import webhook_secret

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class Kueue(Component):
    """Kueue in the cluster, in charge of Jobs that name a queue."""

    name = "gang"
    title = "Kueue (gang scheduling)"
    builds = ("kubernetes", "kueue")

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the image of the manager; also renders its manifests, which installing reads."""
        manager = binaries["kueue"]
        KUEUE.render(manager, binaries["kubectl"])
        return [program_image(manager, name=manifests.image_name(), path="/manager")]

    def install(self, platform: Platform) -> None:
        """Apply Kueue; where the configuration wants no controller, take away what acts."""
        secret = webhook_secret(
            platform.folder.pki / "kueue-webhook.json",
            host=manifests.WEBHOOK_HOST,
            authority="kueue-ca",
        )
        if not platform.config.kueue_controller:
            take_away(platform.client)
        objects = KUEUE.read(platform.binaries["kueue"])
        apply(platform.client, manifests.manifests(platform.config, objects, secret))

    def remove(self, platform: Platform) -> None:
        """Take away what acts, then the kinds; nothing where it was never installed."""
        manager = platform.binaries.get("kueue")
        if manager is None:
            return
        take_away(platform.client)
        delete_kinds(platform.client, KUEUE.read(manager))

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until Jobs are managed; empty when nothing is."""
        if not platform.config.kueue_controller:
            return ""
        return unfinished(platform.client, manifests.DEPLOYMENT, namespace=manifests.NAMESPACE)


COMPONENT = Kueue()
