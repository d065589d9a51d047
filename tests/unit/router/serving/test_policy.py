"""`--policy` hands the data plane a policy."""

from __future__ import annotations

from pathlib import Path

from tests.unit.router.serving.conftest import Route


def test_a_policy_of_the_working_folder(route: Route, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def choose(view):\n    return view.best\n")
    endpoint = ("--endpoint", "http://10.0.0.1:1")
    routing = route("--listen", "127.0.0.1:0", *endpoint, "--policy", "mine:choose").serving()
    assert routing.calls("new")[0]["policy"] is True
    assert "The policy mine:choose decides" in routing.output
    assert routing.end() == 0
