"""Other people's operators: recognised, read, told from policy engines, and not stopped lightly."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from plimsoll.adapters.operators import (
    ADAPTERS,
    SIGNS,
    api_versions,
    dynamo,
    jobset,
    kserve,
    kuberay,
    names,
    served_by,
    trainer,
)
from plimsoll.adapters.operators.discovery import installed, why_not_stopped
from plimsoll.adapters.operators.operator import Operator

from . import clusters
from .clusters import Foreign, deployment, webhook, webhooks

Json = dict[str, Any]

FOUND: dict[str, tuple[Foreign, list[str], dict[str, str]]] = {
    "kuberay": (clusters.KUBERAY, ["kuberay"], {}),
    "trainer": (clusters.TRAINER, ["jobset", "trainer"], {}),
    "kserve": (clusters.KSERVE, ["kserve"], {}),
    "dynamo": (clusters.DYNAMO, ["dynamo"], {}),
    "without adapter": (
        clusters.VOLCANO_AND_OLD_TRAINING,
        [],
        {
            "volcano": "it serves batch.volcano.sh, and there is no adapter for it yet",
            "training-operator": "it serves kubeflow.org, and there is no adapter for it yet",
        },
    ),
    "unknown version": (
        clusters.JOBSET_OF_TOMORROW,
        [],
        {"jobset": "it serves only v1beta1, which is not known here"},
    ),
}


@pytest.mark.parametrize(("foreign", "found", "others"), FOUND.values(), ids=FOUND)
def test_operators_are_recognised_by_their_kinds(
    foreign: Foreign, found: list[str], others: dict[str, str]
) -> None:
    operators, unknown = served_by(foreign.served())
    assert (sorted(operator.name for operator in operators), unknown) == (found, others)


def test_a_kind_that_its_objects_need_and_that_is_not_served_is_said() -> None:
    kinds = clusters.TRAINER.kinds[:1]
    _, others = served_by(Foreign(kinds=kinds).served())
    assert others == {"trainer": "it does not serve TrainingRuntime, which is needed"}


def test_objects_are_written_in_a_version_that_the_adapter_knows() -> None:
    versions = api_versions(dynamo.OPERATOR, clusters.DYNAMO.served())
    assert versions["DynamoGraphDeployment"] == "nvidia.com/v1alpha1"


READ: dict[str, tuple[Foreign, Operator, tuple[str, str, int, list[str], list[str]]]] = {
    # version, installed by, controllers, own webhooks, others' webhooks
    "kuberay": (
        clusters.KUBERAY,
        kuberay.OPERATOR,
        (
            *("v1.5.1", "Helm", 1, ["vraycluster.kb.io"]),
            ["validate.kyverno.svc-fail", "validation.gatekeeper.sh"],
        ),
    ),
    "kuberay by default": (
        clusters.KUBERAY_WITHOUT_WEBHOOK,
        kuberay.OPERATOR,
        ("v1.5.1", "Helm", 1, [], []),
    ),
    "trainer": (
        clusters.TRAINER,
        trainer.OPERATOR,
        ("v2.2.1", "", 1, ["validator.trainjob.trainer.kubeflow.org"], []),
    ),
    "kserve": (
        clusters.KSERVE,
        kserve.OPERATOR,
        ("v0.16.0", "", 1, ["inferenceservice.kserve-webhook-server.validator"], []),
    ),
    "dynamo": (
        clusters.DYNAMO,
        dynamo.OPERATOR,
        ("", "", 1, ["vdynamographdeployment.kb.io"], []),
    ),
    "jobset, kinds only": (clusters.TRAINER, jobset.OPERATOR, ("", "", 0, [], [])),
}


@pytest.mark.parametrize(("foreign", "operator", "expected"), READ.values(), ids=READ)
async def test_what_is_installed_is_read(
    foreign: Foreign, operator: Operator, expected: tuple[str, str, int, list[str], list[str]]
) -> None:
    found = await installed(foreign.cluster(), operator)
    own = [each.name for each in found.webhooks if each.own]
    others = [each.name for each in found.webhooks if not each.own]
    seen = (found.version, found.installed_by, len(found.controllers), own, others)
    assert seen == expected


async def test_the_controller_of_a_webhook_is_found_through_its_service() -> None:
    found = await installed(clusters.DYNAMO.cluster(), dynamo.OPERATOR)
    (controller,) = found.controllers
    assert controller["metadata"]["name"].endswith("dynamo-operator-controller-manager")


def pod(labels: dict[str, str]) -> Json:
    return {"kind": "Pod", "metadata": {"name": "p", "labels": labels}}


RAY_PLAIN = clusters.KUBERAY
RAY_BY_ARGO = Foreign(
    kinds=RAY_PLAIN.kinds,
    deployments=(
        deployment(
            *("kuberay-operator", "ray-system", "operator:v1.5.1"),
            RAY_PLAIN.deployments[0]["metadata"]["labels"],
            annotations={"argocd.argoproj.io/tracking-id": "x"},
        ),
    ),
)
RAY_FOR_PODS = Foreign(
    kinds=RAY_PLAIN.kinds,
    deployments=RAY_PLAIN.deployments,
    mutating=(webhooks("m", webhook("mpod.ray", ("ray-system", "w"), "", "pods")),),
)
RAY_FOR_OWN_PODS = Foreign(
    kinds=RAY_PLAIN.kinds,
    deployments=RAY_PLAIN.deployments,
    mutating=(
        webhooks(
            "m",
            webhook(
                "mpod.ray",
                ("ray-system", "w"),
                "",
                "pods",
                objectSelector={"matchExpressions": [{"key": "ray.io/x", "operator": "Exists"}]},
            ),
        ),
    ),
)
RAY_HERE = Foreign(
    kinds=RAY_PLAIN.kinds,
    deployments=RAY_PLAIN.deployments,
    mutating=(
        webhooks(
            "m",
            webhook(
                "mpod.ray",
                ("ray-system", "w"),
                "",
                "pods",
                namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "own"}},
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("foreign", "others", "says"),
    [
        (RAY_PLAIN, [], ""),
        (RAY_PLAIN, [{"kind": "RayCluster", "metadata": {"name": "r"}}], "others have objects"),
        (RAY_BY_ARGO, [], "its Deployment belongs to Argo CD"),
        (RAY_FOR_PODS, [], "mpod.ray concerns pods, jobs or deployments of others"),
        (RAY_FOR_OWN_PODS, [], ""),
        (RAY_FOR_OWN_PODS, [pod({"app": "a"})], ""),
        (RAY_FOR_OWN_PODS, [pod({"ray.io/x": "1"})], "mpod.ray concerns what others have: 1"),
        (RAY_HERE, [pod({"ray.io/x": "1"})], ""),
        (Foreign(kinds=RAY_PLAIN.kinds), [], "0 Deployments could be its controller"),
    ],
)
async def test_what_could_hurt_others_is_not_stopped(
    foreign: Foreign, others: list[Json], says: str
) -> None:
    found = await installed(foreign.cluster(), kuberay.OPERATOR)
    why = why_not_stopped(kuberay.OPERATOR, found, others, "own")
    assert (says in why, bool(why)) == (True, bool(says))


async def test_an_operator_of_another_manager_is_not_stopped() -> None:
    found = await installed(clusters.KSERVE.cluster(), kserve.OPERATOR)
    why = why_not_stopped(kserve.OPERATOR, found, [], "own")
    assert why == "its Deployment belongs to a ClusterServiceVersion, which would start it again"


async def test_an_operator_whose_reach_is_not_known_is_not_stopped() -> None:
    found = await installed(clusters.KUBERAY.cluster(), kuberay.OPERATOR)
    blind = structs.replace(found, reaches_known=False)
    assert "not known" in why_not_stopped(kuberay.OPERATOR, blind, [], "own")


def test_every_adapter_and_sign_has_a_name() -> None:
    assert set(names()) == {adapter.name for adapter in ADAPTERS} | set(SIGNS.values())
