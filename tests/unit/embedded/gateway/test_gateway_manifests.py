"""Envoy Gateway on the platform: small, confined, and broken only where a fault says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plimsoll.embedded import builder, faults, prepare
from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.builds import module_folder
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.gateway import load_balancer, manifests
from plimsoll.embedded.gateway.images import controller_image_name, proxy_image_name
from plimsoll.embedded.gateway.upstream import GATEWAY_API
from plimsoll.embedded.progress import silent
from plimsoll.embedded.upstream import UpstreamError

HEALTHY = PlatformConfig()
PROXY_FAULTS = [f for f in faults.registry().values() if "gateway-faults" in f.builds]
PROGRAM = module_folder("gateway-faults") / "gateway-faults" / "main.go"


def made(config: PlatformConfig) -> dict[str, dict[str, Any]]:
    return {item["kind"]: item for item in manifests.controller(config)}


def settings(config: PlatformConfig) -> dict[str, Any]:
    text = made(config)["ConfigMap"]["data"]["envoy-gateway.yaml"]
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def pod(config: PlatformConfig) -> dict[str, Any]:
    template: dict[str, Any] = made(config)["Deployment"]["spec"]["template"]
    return template


def test_all_images_are_local() -> None:
    [container] = pod(HEALTHY)["spec"]["containers"]
    assert (container["image"], container["imagePullPolicy"]) == (controller_image_name(), "Never")
    found = settings(HEALTHY)
    kubernetes = found["envoyProxy"]["provider"]["kubernetes"]
    assert kubernetes["envoyDeployment"]["container"]["image"] == proxy_image_name()
    assert found["provider"]["kubernetes"]["shutdownManager"]["image"] == controller_image_name()


def test_pods_stay_where_the_images_are() -> None:
    [term] = manifests.where_images_are(PlatformConfig(nodes=3))["nodeAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["node1", "node2", "node3"]


def test_new_settings_restart_the_controller() -> None:
    def mark(config: PlatformConfig) -> str:
        return str(pod(config)["metadata"]["annotations"]["plimsoll.dev/settings"])

    marks = [mark(f.configure(HEALTHY)) for f in PROXY_FAULTS]
    assert len({mark(HEALTHY), *marks}) == 1 + len(PROXY_FAULTS)


def test_only_the_kinds_of_upstream_are_taken() -> None:
    kind = {"kind": "CustomResourceDefinition", "metadata": {"name": "gateways"}}
    policy = {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "safe-upgrades"}}
    assert manifests.kinds([kind, policy]) == [kind]


def test_the_kinds_are_those_of_the_pinned_gateway_api(tmp_path: Path) -> None:
    assert GATEWAY_API.version().startswith("v1.")
    with pytest.raises(UpstreamError, match="the Gateway API cannot be read") as caught:
        GATEWAY_API.read(tmp_path / "envoy-gateway")
    assert "--with gateway" in caught.value.next_step


def test_a_healthy_gateway_has_no_saboteur() -> None:
    assert "extensionManager" not in settings(HEALTHY)
    assert len(pod(HEALTHY)["spec"]["containers"]) == 1


@pytest.mark.parametrize("fault", PROXY_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_changes_what_proxies_are_told(fault: faults.Fault) -> None:
    config = fault.configure(HEALTHY)
    service = settings(config)["extensionManager"]["service"]["ip"]
    saboteur = pod(config)["spec"]["containers"][1]
    address = f"{service['address']}:{service['port']}"
    assert saboteur["args"] == [address, config.gateway_fault]
    assert f'"{config.gateway_fault}"' in PROGRAM.read_text()


def test_every_word_of_the_program_has_its_fault() -> None:
    words = {f.configure(HEALTHY).gateway_fault for f in PROXY_FAULTS}
    assert words == {"no-data-plane", "weights-ignored", "header-rules-ignored", "catch-all-200"}


def test_a_platform_with_a_fault_has_its_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class AskedEnough(Exception):  # noqa: N818 - it ends the call where it gets interesting
        pass

    def missing(names: list[str]) -> list[str]:
        asked.extend(names)
        raise AskedEnough

    monkeypatch.setattr(builder, "missing", missing)
    for names in ((), ("gateway-weights-ignored",)):
        with pytest.raises(AskedEnough):
            prepare.prepare(faults.effective(PlatformConfig(faults=names)), silent)
    assert asked.count("gateway-faults") == asked.count("envoy-gateway") == 1


def test_the_fault_without_controller_breaks_nothing_else() -> None:
    config = faults.get("gateway-crds-without-controller").configure(HEALTHY)
    assert config == msgspec.structs.replace(HEALTHY, gateway_controller=False)


def test_the_address_controller_may_do_nothing_but_its_work() -> None:
    objects = load_balancer.manifests(Addresses(3), manifests.where_images_are(HEALTHY))
    by_kind = {item["kind"]: item for item in objects}
    assert by_kind["ClusterRole"]["rules"] == [
        {"apiGroups": [""], "resources": ["services"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["services/status"], "verbs": ["patch"]},
    ]
    assert "Role" not in by_kind
    [container] = by_kind["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["command"][-1] == str(Addresses(3).balancers)
    enforced = by_kind["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert enforced == "restricted"


def test_a_new_program_restarts_the_address_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    def mark() -> str:
        objects = load_balancer.manifests(Addresses(3), {})
        template = objects[-1]["spec"]["template"]
        return str(template["metadata"]["annotations"]["plimsoll.dev/program"])

    before = mark()
    monkeypatch.setattr(Path, "read_text", lambda _path: "another program")
    assert mark() != before
