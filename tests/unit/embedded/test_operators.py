"""Operators on the embedded platform: upstream's objects, changed only where they have to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.embedded import components, faults
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.operators import stand_in
from plimsoll.embedded.operators.catalog import OPERATORS, Operator
from plimsoll.embedded.operators.manifests import manifests
from plimsoll.embedded.upstream import UpstreamError

Json = dict[str, Any]
SECRET = {"tls.crt": "eA=="}
FAULTS = (
    "operator-schema-only",
    "operator-webhook-ignored",
    "operator-status-without-children",
    "operator-no-drift-repair",
)


def upstream(operator: Operator) -> list[Json]:
    service = {"service": {"name": operator.service, "namespace": operator.namespace}}
    webhook = {"name": "v.kb.io", "failurePolicy": "Fail", "clientConfig": service}
    container = {
        "name": "manager",
        "image": "upstream",
        "readinessProbe": {"initialDelaySeconds": 5, "periodSeconds": 10},
    }
    template = {"metadata": {}, "spec": {"containers": [container]}}
    election = f"{operator.name}-leader-election-role"
    return [
        {"kind": "CustomResourceDefinition", "metadata": {"name": operator.plural}, "spec": {}},
        {"kind": "Role", "metadata": {"name": election}},
        {"kind": "RoleBinding", "metadata": {"name": f"{election}binding"}},
        {"kind": "ClusterRole", "metadata": {"name": f"{operator.name}-manager-role"}},
        {"kind": "Secret", "metadata": {"name": operator.secret}},
        {"kind": "ConfigMap", "metadata": {"name": "config"}, "data": {}},
        {
            "kind": "Deployment",
            "metadata": {"name": operator.deployment},
            "spec": {"replicas": 2, "template": template},
        },
        {
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": operator.validating},
            "webhooks": [webhook],
        },
    ]


def made(config: PlatformConfig, operator: Operator = OPERATORS[0]) -> dict[str, Json]:
    objects = manifests(config, operator, upstream(operator), SECRET)
    return {f"{item['kind']} {item['metadata']['name']}": item for item in objects}


def settings(config: PlatformConfig) -> Json:
    text = made(config)["ConfigMap config"]["data"]["controller_manager_config.yaml"]
    found: Json = msgspec.json.decode(text)
    return found


def broken(name: str) -> PlatformConfig:
    return faults.get(name).configure(PlatformConfig())


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_the_image_is_local_and_the_certificate_is_there_beforehand(operator: Operator) -> None:
    objects = made(PlatformConfig(), operator)
    spec = objects[f"Deployment {operator.deployment}"]["spec"]
    container = spec["template"]["spec"]["containers"][0]
    assert (container["image"], container["imagePullPolicy"]) == (operator.image, "Never")
    assert (spec["replicas"], objects[f"Secret {operator.secret}"]["data"]) == (1, SECRET)


def test_the_only_replica_needs_no_election_and_has_no_rights_to_one() -> None:
    assert settings(PlatformConfig())["leaderElection"] == {"leaderElect": False}
    assert [name for name in made(PlatformConfig()) if "leader-election" in name] == []


def test_schema_only_leaves_the_validating_webhooks_out() -> None:
    kinds = {name.split()[0] for name in made(broken("operator-schema-only"))}
    assert "ValidatingWebhookConfiguration" not in kinds
    assert "ValidatingWebhookConfiguration lws-validating-webhook-configuration" in made(
        PlatformConfig()
    )


def test_an_ignored_webhook_leads_to_a_service_without_pods() -> None:
    objects = made(broken("operator-webhook-ignored"))
    (webhook,) = objects["ValidatingWebhookConfiguration " + OPERATORS[0].validating]["webhooks"]
    service = objects["Service " + webhook["clientConfig"]["service"]["name"]]
    assert (webhook["failurePolicy"], service["spec"]["selector"]) == (
        "Ignore",
        {"plimsoll.dev/webhook": "gone"},
    )


@pytest.mark.parametrize("name", ["operator-status-without-children", "operator-no-drift-repair"])
def test_a_stand_in_takes_the_place_of_a_manager_that_never_leads(name: str) -> None:
    config = broken(name)
    container = made(config)["Deployment stand-in"]["spec"]["template"]["spec"]["containers"][0]
    assert container["args"] == [
        *(OPERATORS[0].group, OPERATORS[0].plural),
        config.operator_controller,
    ]
    assert settings(config)["leaderElection"] == {"leaderElect": True}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_brings_the_operators_and_changes_what_is_applied(name: str) -> None:
    fault = faults.get(name)
    assert tuple(fault.components) == ("operators",)
    assert made(broken(name)) != made(PlatformConfig())


def test_new_settings_restart_the_manager() -> None:
    def annotation(config: PlatformConfig) -> str:
        template = made(config)["Deployment lws-controller-manager"]["spec"]["template"]
        return str(template["metadata"]["annotations"]["plimsoll.dev/settings"])

    assert annotation(PlatformConfig()) == annotation(PlatformConfig())
    assert annotation(PlatformConfig()) != annotation(broken("operator-no-drift-repair"))


def test_the_component_builds_both_operators() -> None:
    assert set(components.registry()["operators"].builds) >= {"lws", "jobset"}


def test_versions_are_the_pinned_ones() -> None:
    assert [operator.upstream.version() for operator in OPERATORS] == ["v0.9.0", "v0.12.0"]


def test_missing_manifests_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UpstreamError) as caught:
        OPERATORS[0].upstream.read(tmp_path / "lws")
    assert "--with operators" in caught.value.next_step


JOB_SET: Json = {
    "apiVersion": "jobset.x-k8s.io/v1alpha2",
    "kind": "JobSet",
    "metadata": {"name": "s", "namespace": "ns", "uid": "u", "generation": 3},
    "spec": {"replicatedJobs": [{"name": "w", "replicas": 2, "template": {"spec": {"a": 1}}}]},
}
GROUPS: Json = {
    "apiVersion": "leaderworkerset.x-k8s.io/v1",
    "kind": "LeaderWorkerSet",
    "metadata": {"name": "g", "namespace": "ns", "uid": "u", "generation": 3},
    "spec": {"replicas": 2, "leaderWorkerTemplate": {"workerTemplate": {"spec": {"b": 1}}}},
}


def test_the_stand_in_makes_children_that_belong_to_their_object() -> None:
    children = [*stand_in.jobs(JOB_SET), *stand_in.stateful_sets(GROUPS)]
    assert [child["metadata"]["name"] for child in children] == ["s-w-0", "s-w-1", "g"]
    assert {child["metadata"]["ownerReferences"][0]["uid"] for child in children} == {"u"}


@pytest.mark.parametrize(("children", "ready"), [(None, 2), ([], 0)])
def test_the_stand_in_says_that_all_is_ready_only_when_told_to_make_nothing(
    children: list[Json] | None, ready: int
) -> None:
    groups = stand_in.leader_worker_status(GROUPS, children)
    jobs = stand_in.job_set_status(JOB_SET, children)
    assert (groups["readyReplicas"], jobs["replicatedJobsStatus"][0]["ready"]) == (ready, ready)
    assert groups["conditions"][0]["status"] == ("True" if ready else "False")
