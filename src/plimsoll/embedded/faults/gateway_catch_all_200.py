"""Fault: a gateway that welcomes hosts which nobody routes."""

from __future__ import annotations

from plimsoll.embedded.gateway.broken import ProxyFault


class GatewayCatchAll200(ProxyFault):
    """Every listener gets a route for all hosts that answers by itself."""

    name = "gateway-catch-all-200"
    title = "every host that no route names is answered with 200"
    change = "catch-all-200"


FAULT = GatewayCatchAll200()
