"""What `up` promises: ready nodes, working pods, names, services and logs; `status` shows it."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

import pytest
from lightkube.resources.core_v1 import Pod

from plimsoll.cli import run
from plimsoll.embedded.cluster import apply
from plimsoll.embedded.platform import Platform
from plimsoll.standard.images import BUSYBOX, PYTHON

pytestmark = pytest.mark.live
ANSWER = "while true; do echo -e 'HTTP/1.0 200 OK\\r\\n\\r\\nahoy' | nc -l -p 80; done"


ASK = """
import sys, time, urllib.request
deadline = time.monotonic() + 60
while True:
    try:
        print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())
        break
    except OSError:  # the service's address takes a moment to reach every node
        if time.monotonic() > deadline:
            raise
        time.sleep(0.5)
"""


def test_every_node_is_ready(platform: Platform) -> None:
    wanted = {f"node{number}" for number in range(1, platform.config.nodes + 1)}
    assert wanted == platform.ready_nodes()


def test_a_service_answers_by_name_across_nodes(platform: Platform, namespace: str) -> None:
    answer = _pod(namespace, "answer", "node1", BUSYBOX, ["sh", "-c", ANSWER])
    ask = _pod(namespace, "ask", "node2", PYTHON, ["sleep", "600"])
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "answer", "namespace": namespace},
        "spec": {"selector": {"app": "answer"}, "ports": [{"port": 8000, "targetPort": 80}]},
    }
    for item in (answer, service, ask):
        apply(platform.client, [item])
    _running(platform, namespace, "answer")
    _running(platform, namespace, "ask")
    url = f"http://answer.{namespace}.svc.cluster.local:8000"
    said = _kubectl(platform, "-n", namespace, "exec", "ask", "--", "python3", "-c", ASK, url)
    assert said.strip() == "ahoy"


def test_status_shows_every_part(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--name", platform.name, "--format", "json"]) == 0
    [view] = json.loads(capsys.readouterr().out)
    assert view["state"] == "running"
    assert [part["name"] for part in view["control_plane"]] == [
        "supervisor", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
    ]  # fmt: skip
    for node in view["nodes"]:
        assert [part["state"] for part in node["parts"]] == ["running"] * 3
        assert node["ready"] == "Ready"


def test_status_fits_a_terminal(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    run(["status", "--name", platform.name])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


def _pod(namespace: str, name: str, node: str, image: str, command: list[str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {
            "nodeName": node,
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "main", "image": image, "command": command}],
        },
    }


def _running(platform: Platform, namespace: str, name: str) -> None:
    deadline = time.monotonic() + 90
    while True:
        pod = platform.client.get(Pod, name, namespace=namespace)
        if pod.status and pod.status.phase == "Running":
            return
        assert time.monotonic() < deadline, pod.status
        time.sleep(0.2)


def _kubectl(platform: Platform, *arguments: str) -> str:
    program = [str(platform.binaries["kubectl"]), "--kubeconfig", str(platform.kubeconfig)]
    answer = subprocess.run(
        [*program, *arguments], capture_output=True, text=True, timeout=180, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
