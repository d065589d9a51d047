"""The component `gateway`: Envoy Gateway, Envoy, and addresses for load balancers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightkube import ApiError, Client
from lightkube.generic_resource import create_global_resource

from plimsoll.embedded.cluster import apply
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.gateway import load_balancer, manifests
from plimsoll.embedded.gateway.certificates import make_certificates
from plimsoll.embedded.gateway.images import controller_image, proxy_image
from plimsoll.embedded.gateway.upstream import BUILD, ENVOY_GATEWAY, GATEWAY_API
from plimsoll.embedded.rollout import unfinished

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform

_CLASSES = create_global_resource(
    "gateway.networking.k8s.io", "v1", "GatewayClass", "gatewayclasses"
)


class Gateway:
    """A Gateway API implementation whose Gateways have addresses that this machine reaches."""

    name = "gateway"
    title = "Envoy Gateway"
    builds: Sequence[str] = ("kubernetes", BUILD, "envoy")
    requires: Sequence[str] = ()

    def part_of_core(self, config: PlatformConfig) -> bool:  # noqa: ARG002
        """Return False: it is a component of its own."""
        return False

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the images of Envoy Gateway and Envoy; also renders what installing reads."""
        for upstream in (GATEWAY_API, ENVOY_GATEWAY):
            upstream.render(binaries[BUILD], binaries["kubectl"])
        return [controller_image(binaries[BUILD]), proxy_image(binaries["envoy"])]

    def install(self, platform: Platform) -> None:
        """Apply the kinds, the address controller, and Envoy Gateway with its class."""
        config, client = platform.config, platform.client
        program = platform.binaries[BUILD]
        for upstream in (GATEWAY_API, ENVOY_GATEWAY):
            apply(client, manifests.kinds(upstream.read(program)))
        affinity = manifests.where_images_are(config)
        apply(client, load_balancer.manifests(platform.addresses, affinity))
        apply(client, [manifests.namespace(), *manifests.rights()])
        make_certificates(platform)
        apply(client, [*manifests.controller(config), manifests.gateway_class()])

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until Gateways of its class are served and get addresses."""
        client = platform.client
        for name, namespace in (
            (load_balancer.NAME, load_balancer.NAMESPACE),
            (manifests.NAME, manifests.NAMESPACE),
        ):
            if what := unfinished(client, name, namespace=namespace):
                return f"{name}: {what}"
        return "" if _accepted(client) else "its GatewayClass to be accepted"


def _accepted(client: Client) -> bool:
    try:
        found: Any = client.get(_CLASSES, manifests.CLASS)
    except ApiError as error:
        if error.status.code == 404:
            return False
        raise
    conditions = (found.status or {}).get("conditions", [])
    return any(c["type"] == "Accepted" and c["status"] == "True" for c in conditions)


COMPONENT = Gateway()
