"""The component `gang`: Kueue, for Jobs that start entirely or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightkube import ApiError
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.cluster import apply
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.images import ACCOUNTS, build_image
from plimsoll.embedded.kueue import manifests
from plimsoll.embedded.kueue.removal import take_away
from plimsoll.embedded.kueue.upstream import KUEUE
from plimsoll.embedded.webhook_certificates import webhook_secret

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class Kueue:
    """Kueue in the cluster, in charge of Jobs that name a queue."""

    name = "gang"
    title = "Kueue (gang scheduling)"
    builds: Sequence[str] = ("kubernetes", "kueue")
    requires: Sequence[str] = ()

    def part_of_core(self, config: PlatformConfig) -> bool:  # noqa: ARG002
        """Return False: it is a component of its own."""
        return False

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the image of the manager; also renders its manifests, which installing reads."""
        manager = binaries["kueue"]
        KUEUE.render(manager, binaries["kubectl"])
        key = fingerprint([manifests.image_name(), file_signature(manager)])

        def make(path: Path) -> None:
            build_image(
                path,
                name=manifests.image_name(),
                files={**ACCOUNTS, "/manager": manager},
                user="65532:65532",
                entrypoint=["/manager"],
            )

        return [cached(f"images/kueue-{key}.tar", make)]

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

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until Jobs are managed; empty when nothing is."""
        if not platform.config.kueue_controller:
            return ""
        try:
            deployment = platform.client.get(
                Deployment, manifests.DEPLOYMENT, namespace=manifests.NAMESPACE
            )
        except ApiError as error:
            if error.status.code == 404:
                return "its Deployment to be applied"
            raise
        status = deployment.status
        generation = deployment.metadata and deployment.metadata.generation
        if not status or (status.observedGeneration or 0) < (generation or 0):
            return "its Deployment to be looked at"
        if not status.updatedReplicas or (status.availableReplicas or 0) < 1:
            return "its manager to become ready"
        return ""


COMPONENT = Kueue()
