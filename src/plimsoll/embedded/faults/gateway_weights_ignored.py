"""Fault: a rule's traffic is split evenly, whatever its weights say."""

from __future__ import annotations

from plimsoll.embedded.gateway.broken import ProxyFault


class GatewayWeightsIgnored(ProxyFault):
    """Every backend of a rule has the same weight in the proxies."""

    name = "gateway-weights-ignored"
    title = "the weights of a route's backends are ignored: each gets the same share"
    change = "weights-ignored"


FAULT = GatewayWeightsIgnored()
