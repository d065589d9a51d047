"""The checks pass under the service account that `plimsoll check --rbac` prints, and tell no name.

The platform is checked as if it were somebody's cluster: through a kubeconfig, with redaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll import checks
from plimsoll.cli import run
from plimsoll.embedded import components
from plimsoll.embedded.platform import Platform, add_components
from plimsoll.errors import ExitCode
from plimsoll.evidence import RunFolder, judge_run
from plimsoll.standard.verdicts import Verdict

from .kubectl import kubectl, kubectl_json

GANG = "gang_scheduling"
"""Takes seven minutes here: under `make test-rights`."""
QUICK = tuple(name for name in checks.available() if name != GANG)
EXPECTED = dict.fromkeys(checks.available(), Verdict.PASS)
# On a cluster of somebody's, only an image of theirs (--load-image) loads an accelerator.
EXPECTED["accelerator_metrics"] = Verdict.INCONCLUSIVE


@pytest.fixture
def kubeconfig(
    platform: Platform,
    requirements: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Path]:
    """Grant the printed rights to their service account; yield a kubeconfig with its token."""
    add_components(platform, components.optional(platform.config)).close()
    assert run(["check", *requirements, "--rbac"]) == ExitCode.PASS
    manifest = capsys.readouterr().out
    kubectl(platform, "apply", "-f", "-", stdin=manifest)
    token = kubectl(platform, "-n", "plimsoll", "create", "token", "plimsoll").strip()
    config = kubectl_json(platform, "config", "view", "--raw", "--minify")
    config["users"][0]["user"] = {"token": token}
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config))
    yield path
    kubectl(platform, "delete", "--wait=false", "-f", "-", stdin=manifest)


@pytest.mark.parametrize("requirements", [QUICK, pytest.param((GANG,), marks=pytest.mark.slow)])
def test_exact_rights_are_enough(
    platform: Platform,
    requirements: tuple[str, ...],
    kubeconfig: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "run"
    arguments = ["--kubeconfig", str(kubeconfig), "--profile", "embedded", "--out", str(folder)]
    arguments += ["--allow-public", "--allow-scale"]
    assert run(["check", *requirements, *arguments]) in {ExitCode.PASS, ExitCode.INCONCLUSIVE}
    judged = judge_run(RunFolder(folder).record())
    assert {found.requirement: found.verdict for found in judged} == {
        name: EXPECTED[name] for name in requirements
    }
    written = b"".join(path.read_bytes() for path in folder.iterdir()).decode()
    private = _names_and_addresses(platform)
    assert [name for name in private if f'"{name}"' in written or f" {name} " in written] == []


def _names_and_addresses(platform: Platform) -> set[str]:
    nodes = kubectl_json(platform, "get", "nodes")["items"]
    return {str(entry["address"]) for node in nodes for entry in node["status"]["addresses"]}
