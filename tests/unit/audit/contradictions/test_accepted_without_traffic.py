"""Conditions are no traffic."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

WAIT = "$ kubectl wait --for=condition=Accepted httproute/split"
LINE = "httproute.gateway.networking.k8s.io/split condition met"


def test_an_accepted_route_without_a_request_is_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "ai_inference", {"a.md": session(WAIT, LINE)})
    assert seen(found, "accepted-without-traffic") == [("warning", "a.md:5", LINE)]


def test_a_request_with_its_answer_is_enough(tmp_path: Path) -> None:
    text = session(WAIT, LINE, "$ curl -s http://10.0.0.9/", "model-v1")
    found = cell(tmp_path, "ai_inference", {"a.md": text})
    assert seen(found, "accepted-without-traffic") == []


def test_a_request_in_another_file_of_the_cell_is_enough(tmp_path: Path) -> None:
    files = {"a.md": session(WAIT, LINE), "b.md": session("$ curl -s http://10.0.0.9/", "v1")}
    assert seen(cell(tmp_path, "ai_inference", files), "accepted-without-traffic") == []
