"""AI operators: what differs between them when their webhook, objects and repairs are looked at.

An operator is one file here with an OPERATOR, listed in ADAPTERS. What is installed but has no file
is named all the same, so that nobody reads "none found".
"""

from __future__ import annotations

from collections.abc import Mapping

from plimsoll.adapters.operators import (
    agent_sandbox,
    dynamo,
    jobset,
    kserve,
    kuberay,
    kueue,
    lws,
    trainer,
)
from plimsoll.adapters.operators.operator import Operator
from plimsoll.harness.resources import ApiResource

ADAPTERS: tuple[Operator, ...] = (
    lws.OPERATOR,
    jobset.OPERATOR,
    trainer.OPERATOR,
    kuberay.OPERATOR,
    kserve.OPERATOR,
    kueue.OPERATOR,
    dynamo.OPERATOR,
    agent_sandbox.OPERATOR,
)

SIGNS: Mapping[str, str] = {
    "kubeflow.org": "training-operator",
    "batch.volcano.sh": "volcano",
    "flow.volcano.sh": "volcano",
    "run.ai": "run-ai",
    "sparkoperator.k8s.io": "spark-operator",
    "machinelearning.seldon.io": "seldon-core",
    "mlops.seldon.io": "seldon-core",
    "kaito.sh": "kaito",
    "inference.llmaz.io": "llmaz",
    "orchestration.aibrix.ai": "aibrix",
    "model.aibrix.ai": "aibrix",
    "production-stack.vllm.ai": "vllm-production-stack",
    "grove.io": "grove",
    "data.fluid.io": "fluid",
    "workload.codeflare.dev": "appwrapper",
    "serving.yatai.ai": "yatai",
    "apps.nvidia.com": "nim-operator",
    "ome.io": "ome",
    "workload.serving.volcano.sh": "kthena",
}
"""API groups by which an operator without an adapter is recognised, and its name."""


def names() -> tuple[str, ...]:
    """Return the names of all operators that are known, with an adapter or without."""
    return tuple(sorted({*(adapter.name for adapter in ADAPTERS), *SIGNS.values()}))


def served_by(served: Mapping[str, ApiResource]) -> tuple[list[Operator], dict[str, str]]:
    """Return the operators whose kinds are served, and those that cannot be driven (name to why).

    Whether anything acts on the kinds shows later.
    """
    found: list[Operator] = []
    others: dict[str, str] = {}
    for adapter in ADAPTERS:
        resource = served.get(adapter.resource)
        if resource is None:
            continue
        kinds = {entry.kind for entry in served.values() if entry.group == adapter.group}
        missing = [kind for kind in adapter.more_kinds if kind not in kinds]
        if missing:
            others[adapter.name] = f"it does not serve {', '.join(missing)}, which is needed"
        elif version(adapter, resource) is None:
            others[adapter.name] = (
                f"it serves only {', '.join(resource.versions)}, which is not known here"
            )
        else:
            found.append(adapter)
    groups = {entry.group for entry in served.values()}
    others |= {
        name: f"it serves {group}, and there is no adapter for it yet"
        for group, name in SIGNS.items()
        if group in groups
    }
    return found, others


def version(adapter: Operator, resource: ApiResource) -> str | None:
    """Return the served version that the adapter's objects fit, or None."""
    if not adapter.versions:
        return resource.versions[0]
    return next((each for each in adapter.versions if each in resource.versions), None)


def api_versions(adapter: Operator, served: Mapping[str, ApiResource]) -> dict[str, str]:
    """Return the apiVersion to write, by kind, for all kinds of the operator's group."""
    found: dict[str, str] = {}
    for resource in served.values():
        if resource.group == adapter.group:
            chosen = version(adapter, resource) or resource.versions[0]
            found[resource.kind] = resource.version_string(chosen)
    return found
