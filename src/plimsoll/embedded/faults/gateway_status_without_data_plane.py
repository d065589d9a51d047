"""Fault: a Gateway whose status promises what no proxy does."""

from __future__ import annotations

from plimsoll.embedded.gateway.broken import ProxyFault


class GatewayStatusWithoutDataPlane(ProxyFault):
    """Envoy Gateway writes the status it always writes; its proxies get no listener."""

    name = "gateway-status-without-data-plane"
    title = "Gateways are Programmed and have an address, and nothing listens there"
    change = "no-data-plane"


FAULT = GatewayStatusWithoutDataPlane()
