"""Fault: a rule that asks for a header takes requests without it."""

from __future__ import annotations

from plimsoll.embedded.gateway.broken import ProxyFault


class GatewayHeaderRulesIgnored(ProxyFault):
    """Header matches never reach the proxies."""

    name = "gateway-header-rules-ignored"
    title = "what a route asks of headers is ignored: its rule takes every request"
    change = "header-rules-ignored"


FAULT = GatewayHeaderRulesIgnored()
