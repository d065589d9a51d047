"""Kueue on the embedded platform: upstream's objects, changed only where they have to be."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509

from plimsoll.embedded import faults
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.kueue.manifests import WEBHOOK_HOST, image_name, manifests
from plimsoll.embedded.kueue.upstream import KUEUE
from plimsoll.embedded.upstream import UpstreamError
from plimsoll.embedded.webhook_certificates import webhook_secret

SECRET = {"tls.crt": "eA=="}


def webhook(name: str, group: str) -> dict[str, Any]:
    return {"name": name, "rules": [{"apiGroups": [group], "resources": ["*"]}]}


UPSTREAM: list[dict[str, Any]] = [
    {"kind": "CustomResourceDefinition", "metadata": {"name": "workloads"}, "spec": {}},
    {"kind": "Secret", "metadata": {"name": "kueue-webhook-server-cert"}},
    {"kind": "ConfigMap", "metadata": {"name": "kueue-manager-config"}, "data": {}},
    {"kind": "APIService", "metadata": {"name": "v1beta2.visibility.kueue.x-k8s.io"}},
    {
        "kind": "Deployment",
        "metadata": {"name": "kueue-controller-manager"},
        "spec": {
            "template": {
                "metadata": {},
                "spec": {
                    "containers": [{"name": "manager", "readinessProbe": {"periodSeconds": 10}}]
                },
            }
        },
    },
    {
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "kueue-mutating-webhook-configuration"},
        "webhooks": [
            webhook("mjob.kb.io", "batch"),
            webhook("mpod.kb.io", ""),
            webhook("mworkload.kb.io", "kueue.x-k8s.io"),
        ],
    },
]


def made(config: PlatformConfig) -> dict[str, dict[str, Any]]:
    return {item["kind"]: item for item in manifests(config, UPSTREAM, SECRET)}


def settings(config: PlatformConfig) -> dict[str, Any]:
    text = made(config)["ConfigMap"]["data"]["controller_manager_config.yaml"]
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def test_the_image_is_local_and_the_certificate_is_there_beforehand() -> None:
    objects = made(PlatformConfig())
    container = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert (container["image"], container["imagePullPolicy"]) == (image_name(), "Never")
    assert objects["Secret"]["data"] == SECRET


def test_webhooks_concern_jobs_and_its_own_kinds_only() -> None:
    hooks = made(PlatformConfig())["MutatingWebhookConfiguration"]["webhooks"]
    assert [hook["name"] for hook in hooks] == ["mjob.kb.io", "mworkload.kb.io"]


def test_no_api_service_can_block_deleting_namespaces() -> None:
    assert "APIService" not in made(PlatformConfig())


def test_new_settings_restart_the_manager() -> None:
    def annotation(config: PlatformConfig) -> str:
        template = made(config)["Deployment"]["spec"]["template"]
        return str(template["metadata"]["annotations"]["plimsoll.dev/settings"])

    assert annotation(PlatformConfig()) == annotation(PlatformConfig())
    assert annotation(PlatformConfig()) != annotation(PlatformConfig(kueue_topology=False))


def test_the_fault_quota_only_turns_the_look_at_nodes_off() -> None:
    config = faults.get("gang-quota-only").configure(PlatformConfig())
    assert settings(config)["featureGates"]["TopologyAwareScheduling"] is False
    assert "featureGates" not in settings(PlatformConfig())
    assert config.native_gang is False


def test_the_fault_labels_without_engine_leaves_kinds_and_nothing_that_acts() -> None:
    config = faults.get("gang-labels-without-engine").configure(PlatformConfig())
    assert sorted(made(config)) == ["ConfigMap", "CustomResourceDefinition", "Secret"]
    assert config.native_gang is False


def test_the_certificate_is_kept_and_is_what_kueue_accepts(tmp_path: Path) -> None:
    path = tmp_path / "kueue.json"
    data = webhook_secret(path, host=WEBHOOK_HOST, authority="kueue-ca")
    assert webhook_secret(path, host=WEBHOOK_HOST, authority="kueue-ca") == data
    assert path.stat().st_mode & 0o777 == 0o600
    authority, server = (
        x509.load_pem_x509_certificate(base64.b64decode(data[name]))
        for name in ("ca.crt", "tls.crt")
    )
    names = x509.SubjectAlternativeName
    assert authority.extensions.get_extension_for_class(names).value == names(
        [x509.DNSName("kueue-ca")]
    )
    assert server.extensions.get_extension_for_class(names).value == names(
        [x509.DNSName(WEBHOOK_HOST)]
    )
    server.verify_directly_issued_by(authority)
    assert base64.b64decode(data["tls.key"]).startswith(b"-----BEGIN RSA PRIVATE KEY-----")


def test_the_version_is_the_pinned_one() -> None:
    assert KUEUE.version().startswith("v0.")
    assert image_name().endswith(KUEUE.version())


def test_missing_manifests_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UpstreamError, match="cannot be read") as caught:
        KUEUE.read(tmp_path / "kueue")
    assert "--with gang" in caught.value.next_step
