"""A gateway without a route directs nothing."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

GET = "$ kubectl get gateway front -o yaml"


def test_a_gateway_without_a_route_is_quoted(tmp_path: Path) -> None:
    text = session(GET, "status:", "  listeners:", "  - attachedRoutes: 0")
    found = cell(tmp_path, "ai_inference", {"a.md": text})
    assert seen(found, "no-route-attached") == [("warning", "a.md:7", "- attachedRoutes: 0")]


def test_a_route_on_any_listener_is_enough(tmp_path: Path) -> None:
    text = session(GET, "  - attachedRoutes: 0", "  - attachedRoutes: 2")
    found = cell(tmp_path, "ai_inference", {"a.md": text})
    assert seen(found, "no-route-attached") == []
