"""InferencePools and pods for a fake cluster."""

from __future__ import annotations

from typing import Any

from tests.unit.harness.fake_cluster import Json

KIND = ("inference.networking.k8s.io", "v1", "InferencePool", True)


def pool(*ports: int, app: str = "vllm") -> Json:
    return {
        "apiVersion": "inference.networking.k8s.io/v1",
        "kind": "InferencePool",
        "metadata": {"name": "llama", "namespace": "default"},
        "spec": {
            "selector": {"matchLabels": {"app": app}},
            "targetPorts": [{"number": port} for port in ports],
        },
    }


def pod(name: str, address: str, *, ready: bool = True, app: str = "vllm", **more: Any) -> Json:
    conditions = [{"type": "Ready", "status": str(ready)}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": name,
            "labels": {"app": app},
            **more,
        },
        "status": {"podIP": address, "conditions": conditions},
    }
