"""Facts of Gateways tell no address and no account."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.checks.ai_inference import status
from plimsoll.checks.ai_inference.slimming import slim_gateway_api

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/k8s-own/0123"
HOST = "k8s-own-gateway1-0123456789.eu-west-1.elb.amazonaws.com"


def condition(kind: str, value: str, message: str) -> dict[str, Any]:
    return {"type": kind, "status": value, "message": message, "observedGeneration": 1}


GATEWAY: dict[str, Any] = {
    "kind": "Gateway",
    "metadata": {"name": "g", "generation": 1},
    "status": {
        "addresses": [{"type": "Hostname", "value": HOST}],
        "conditions": [
            condition("Accepted", "True", f"made {ARN}"),
            condition("Programmed", "True", ARN),
        ],
        "listeners": [{"name": "http", "conditions": [condition("Programmed", "True", HOST)]}],
    },
}
ROUTE: dict[str, Any] = {
    "kind": "HTTPRoute",
    "metadata": {"name": "r", "generation": 1},
    "status": {
        "parents": [
            {
                "controllerName": "c",
                "conditions": [
                    condition("Accepted", "True", f"DNS Name: {HOST}"),
                    condition("ResolvedRefs", "False", f"target group {ARN} is missing"),
                ],
            }
        ]
    },
}


@pytest.mark.parametrize("obj", [GATEWAY, ROUTE])
def test_no_address_and_no_account_is_kept(obj: dict[str, Any]) -> None:
    text = str(slim_gateway_api(obj))
    assert ("amazonaws.com" in text, "123456789012" in text) == (False, False)


def test_what_judges_read_is_kept() -> None:
    route = slim_gateway_api(ROUTE)
    assert status.is_programmed(slim_gateway_api(GATEWAY))
    assert status.said(status.parent_condition(route, "c", "ResolvedRefs")) == (
        "ResolvedRefs=False (no reason): target group [removed] is missing"
    )
