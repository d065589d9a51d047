"""The component `gateway`: Envoy Gateway, Envoy, and addresses for load balancers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.embedded.cluster import apply
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.gateway import load_balancer, manifests
from plimsoll.embedded.gateway.certificates import make_certificates
from plimsoll.embedded.gateway.classes import accepted
from plimsoll.embedded.gateway.images import FAULTS, controller_image, faults_image, proxy_image
from plimsoll.embedded.gateway.removal import remove, take_controller_away
from plimsoll.embedded.gateway.upstream import BUILD, GATEWAY_API
from plimsoll.embedded.rollout import unfinished

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class Gateway(Component):
    """A Gateway API implementation whose Gateways have addresses that this machine reaches."""

    name = "gateway"
    title = "Envoy Gateway"
    builds = ("kubernetes", BUILD, "envoy")

    def images(self, config: PlatformConfig, binaries: Mapping[str, Path]) -> Sequence[Path]:
        """Return the images of Envoy Gateway and Envoy; also renders what installing reads."""
        GATEWAY_API.render(binaries[BUILD], binaries["kubectl"])
        faults = [faults_image(binaries[FAULTS])] if config.gateway_fault else []
        return [controller_image(binaries[BUILD]), proxy_image(binaries["envoy"]), *faults]

    def install(self, platform: Platform) -> None:
        """Apply the kinds, the address controller, and Envoy Gateway with its class."""
        config, client = platform.config, platform.client
        apply(client, manifests.kinds(GATEWAY_API.read(platform.binaries[BUILD])))
        affinity = manifests.where_images_are(config)
        apply(client, load_balancer.manifests(platform.addresses, affinity))
        apply(client, [manifests.namespace(), *manifests.rights()])
        if config.gateway_controller:
            make_certificates(platform)
            apply(client, manifests.controller(config))
        else:
            take_controller_away(client)
        apply(client, [manifests.gateway_class()])

    def remove(self, platform: Platform) -> None:
        """Take away the controller, its proxies, the address controller and the kinds."""
        remove(platform.client, GATEWAY_API.read(platform.binaries[BUILD]))

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until Gateways of its class are served and get addresses."""
        client = platform.client
        deployments = {load_balancer.NAME: load_balancer.NAMESPACE}
        if platform.config.gateway_controller:
            deployments[manifests.NAME] = manifests.NAMESPACE
        for name, namespace in deployments.items():
            if what := unfinished(client, name, namespace=namespace):
                return f"{name}: {what}"
        if platform.config.gateway_controller and not accepted(client):
            return "its GatewayClass to be accepted"
        return ""


COMPONENT = Gateway()
