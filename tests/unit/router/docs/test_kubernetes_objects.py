"""The objects for Kubernetes on the page fit together, and the router takes its arguments."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from plimsoll.errors import ExitCode
from tests.unit.router.extension import plimsoll_router

PAGE = Path(__file__).parents[4] / "docs" / "route.md"


@pytest.fixture(scope="module")
def objects() -> dict[str, Any]:
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (block,) = (each for each in blocks if "kind: InferencePool" in each)
    loaded = YAML(typ="safe", pure=True).load_all(block)
    return {each["kind"]: each for each in loaded}


def container(objects: dict[str, Any]) -> dict[str, Any]:
    spec = objects["Deployment"]["spec"]["template"]["spec"]
    found: dict[str, Any] = spec["containers"][0]
    return found


def flag(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def test_names_lead_to_what_is_there(objects: dict[str, Any]) -> None:
    names = {kind: each["metadata"]["name"] for kind, each in objects.items()}
    template = objects["Deployment"]["spec"]["template"]
    assert {each["metadata"]["namespace"] for each in objects.values()} == {"serving"}
    picker = objects["InferencePool"]["spec"]["endpointPickerRef"]
    assert picker["name"] == names["Service"]
    assert objects["RoleBinding"]["roleRef"]["name"] == names["Role"]
    accounts = [each["name"] for each in objects["RoleBinding"]["subjects"]]
    assert accounts == [names["ServiceAccount"]]
    assert template["spec"]["serviceAccountName"] == names["ServiceAccount"]
    assert objects["Service"]["spec"]["selector"] == template["metadata"]["labels"]


def test_ports_lead_to_listeners(objects: dict[str, Any]) -> None:
    arguments = container(objects)["args"]
    picker = objects["InferencePool"]["spec"]["endpointPickerRef"]["port"]["number"]
    (service,) = objects["Service"]["spec"]["ports"]
    assert flag(arguments, "--ext-proc") == f"0.0.0.0:{picker}" == f"0.0.0.0:{service['port']}"
    for probe in ("livenessProbe", "readinessProbe"):
        port = container(objects)[probe]["grpc"]["port"]
        assert flag(arguments, "--health") == f"0.0.0.0:{port}"


def test_the_router_takes_the_arguments(objects: dict[str, Any]) -> None:
    plimsoll_router()
    program, *arguments = container(objects)["args"]
    assert program == "plimsoll"
    pool = objects["InferencePool"]["metadata"]
    assert flag(arguments, "--inference-pool") == pool["name"]
    assert flag(arguments, "--namespace") == pool["namespace"]
    nowhere = ["--kubeconfig", "/nowhere/kubeconfig"]
    command = [sys.executable, "-m", program, *arguments, *nowhere]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == ExitCode.TOOL_FAILED
    assert "there is no kubeconfig" in ended.stderr
