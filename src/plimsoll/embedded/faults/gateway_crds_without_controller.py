"""Fault: Gateways can be written down, and nobody reads them."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.gateway.broken import GatewayFault
from plimsoll.standard.verdicts import Verdict


class GatewayCrdsWithoutController(GatewayFault):
    """The Gateway API's kinds and a class are there; the controller of the class is not."""

    name = "gateway-crds-without-controller"
    title = "the Gateway API's kinds and a GatewayClass without a controller: nobody accepts it"
    expected = Verdict.INCONCLUSIVE
    expected_strict = Verdict.INCONCLUSIVE

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Leave Envoy Gateway out."""
        return replace(config, gateway_controller=False)


FAULT = GatewayCrdsWithoutController()
