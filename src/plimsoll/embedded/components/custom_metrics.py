"""The component `custom-metrics`: prometheus-adapter, for autoscalers that follow own metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightkube.resources.apiregistration_v1 import APIService

from plimsoll.embedded.cluster import apply, find
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.monitoring import adapter
from plimsoll.embedded.monitoring.objects import NAMESPACE
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.rollout import unfinished
from plimsoll.embedded.webhook_certificates import webhook_secret

if TYPE_CHECKING:
    from lightkube import Client

    from plimsoll.embedded.platform import Platform


class CustomMetrics(Component):
    """prometheus-adapter, which serves custom.metrics.k8s.io."""

    name = "custom-metrics"
    title = "prometheus-adapter (custom metrics)"
    builds = ("prometheus-adapter",)
    requires = ("monitoring",)

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the image that holds nothing but the adapter."""
        program = binaries["prometheus-adapter"]
        return [program_image(program, name=adapter.image_name(), path="/adapter")]

    def install(self, platform: Platform) -> None:
        """Apply the adapter and the API that it serves."""
        secret = webhook_secret(
            platform.folder.pki / "prometheus-adapter.json",
            host=adapter.HOST,
            authority="prometheus-adapter-ca",
        )
        apply(platform.client, adapter.manifests(platform.config, secret))

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until the API answers; empty when nothing is."""
        client = platform.client
        missing = unfinished(client, adapter.NAME, namespace=NAMESPACE)
        served = (f"{version}.{adapter.GROUP}" for version in adapter.VERSIONS)
        return missing or next((what for name in served if (what := _unserved(client, name))), "")


def _unserved(client: Client, name: str) -> str:
    """Return why an aggregated API is not available yet; empty when it is."""
    found = find(client, APIService, name)
    if found is None:
        return f"the API {name} to be registered"
    for condition in (found.status and found.status.conditions) or []:
        if condition.type == "Available" and condition.status == "True":
            return ""
        if condition.type == "Available" and condition.reason:
            return f"the API {name}: {condition.reason}"
    return f"the API {name} to be looked at"


COMPONENT = CustomMetrics()
