"""The stage of `ai_service_metrics`: the pods, what they count, and whom the check asks for it.

The run's id stands in a label of every series and decides how many requests and steps there are,
so that no other series and no value of another run can be taken for ours.
"""

from __future__ import annotations

import json
import math
import zlib
from importlib import resources
from typing import Any

from msgspec import Struct

from plimsoll.adapters.monitoring.opting_in import PORT_NAME, Target, asking
from plimsoll.harness import Harness, Sample
from plimsoll.standard.images import PYTHON

Json = dict[str, Any]

METRIC = "plimsoll_workload_total"
PORT = 8000
RUN_LABEL, PART_LABEL = "plimsoll_run", "plimsoll_part"
SERVICE, SILENT, TRAINING, CLIENT = "service", "silent", "training", "client"
IDLE = (
    "python3",
    "-c",
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()",
)


class Numbers(Struct, frozen=True, kw_only=True):
    """How often something happens in this run."""

    first: int
    more: int
    steps: int


def numbers(run_id: str) -> Numbers:
    """Return the numbers of a run: small, and other ones than those of most other runs."""
    seed = zlib.crc32(run_id.encode())
    return Numbers(first=5 + seed % 23, more=5 + seed // 23 % 29, steps=30 + seed // 667 % 31)


def lasting(harness: Harness) -> int:
    """Return the seconds after which every pod ends by itself: longer than all waits together."""
    limit = harness.profile.seconds
    return math.ceil(600 + 4 * limit("collection") + limit("ageing") + 2 * limit("image-pull"))


def metric(harness: Harness) -> str:
    """Return the name of the counter."""
    return harness.options.metric_name or METRIC


def series(harness: Harness, part: str) -> str:
    """Return the expression for the counter of one part, whatever other labels it has by then."""
    return f'{metric(harness)}{{{RUN_LABEL}="{harness.run_id}",{PART_LABEL}="{part}"}}'


def target(harness: Harness, namespace_labels: dict[str, str]) -> Target:
    """Return what is to be collected: the pods that carry the label of those that opt in."""
    return Target(
        name=harness.name("collected"),
        namespace=harness.namespace,
        namespace_labels=namespace_labels,
        pod_labels=harness.labels(collect="yes"),
        port=PORT,
    )


def workload(harness: Harness, part: str, opts_in: Target | None = None) -> Json:
    """Return a pod that counts; with `opts_in` one that is to be collected."""
    source = resources.files("plimsoll.checks.ai_service_metrics") / "probes" / "workload.py"
    arguments = {
        "metric": metric(harness),
        "labels": {RUN_LABEL: harness.run_id, PART_LABEL: part},
        "port": PORT,
        "steps": numbers(harness.run_id).steps if part == TRAINING else 0,
    }
    pod = harness.pod(
        part,
        image=PYTHON,
        command=("python3", "-c", source.read_text(), json.dumps(arguments)),
        deadline=lasting(harness),
        role=part,
        labels=opts_in.pod_labels if opts_in else {},
        annotations=asking(opts_in) if opts_in else {},
    )
    container = pod["spec"]["containers"][0]
    container["ports"] = [{"name": PORT_NAME, "containerPort": PORT}]
    container["readinessProbe"] = {"tcpSocket": {"port": PORT}, "periodSeconds": 1}
    return pod


def training(harness: Harness, opts_in: Target) -> Json:
    """Return a Job of one pod that counts its own steps and then waits to be told to finish."""
    pod = workload(harness, TRAINING, opts_in)
    kept = ("labels", "annotations")
    metadata = {key: pod["metadata"][key] for key in kept if key in pod["metadata"]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": pod["metadata"]["name"],
            "namespace": harness.namespace,
            "labels": metadata["labels"],
        },
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": lasting(harness),
            "template": {"metadata": metadata, "spec": pod["spec"]},
        },
    }


def client(harness: Harness) -> Json:
    """Return the pod from which requests are sent."""
    return harness.pod(CLIENT, image=PYTHON, command=IDLE, deadline=lasting(harness), role=CLIENT)


async def samples(harness: Harness) -> list[Sample]:
    """Return a service as the check's, without which nothing is decided, and the training Job."""
    opts_in = target(harness, {})
    return [
        Sample(manifests=(workload(harness, SERVICE, opts_in),)),
        Sample(manifests=(training(harness, opts_in),), claims=("training-metrics-collected",)),
    ]
