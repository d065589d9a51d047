"""Gateways: which classes of the Gateway API a cluster has, and which of them are worth a try.

The API is standard, so a class needs no adapter to be used. What is kept here is knowledge about
implementations: their names for the report, and which of their classes are not for clients outside
a mesh, outside this cluster or outside HTTP.
"""

from __future__ import annotations

from plimsoll.adapters.gateways.discovery import (
    API,
    GatewayClass,
    Plan,
    addresses,
    choose,
    discover,
    services_of,
)

__all__ = ["API", "GatewayClass", "Plan", "addresses", "choose", "discover", "services_of"]
