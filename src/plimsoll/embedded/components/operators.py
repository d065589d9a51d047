"""The component `operators`: LeaderWorkerSet and JobSet, with their webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightkube import Client
from lightkube.resources.admissionregistration_v1 import (
    MutatingWebhookConfiguration,
    ValidatingWebhookConfiguration,
)
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap, Service

from plimsoll.embedded.cluster import apply, delete, delete_kinds
from plimsoll.embedded.components import Component
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.operators.catalog import OPERATORS, Operator
from plimsoll.embedded.operators.manifests import ABSENT, IGNORED, STAND_IN, UNSERVED, manifests
from plimsoll.embedded.operators.removal import take_away
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.rollout import unfinished
from plimsoll.embedded.webhook_certificates import webhook_secret

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


class Operators(Component):
    """Two operators in the cluster, each in a namespace of its own."""

    name = "operators"
    title = "operators (LeaderWorkerSet, JobSet)"
    builds = ("kubernetes", *(operator.name for operator in OPERATORS))

    def images(
        self,
        config: PlatformConfig,  # noqa: ARG002
        binaries: Mapping[str, Path],
    ) -> Sequence[Path]:
        """Return the managers' images; also renders their manifests, which installing reads."""
        for operator in OPERATORS:
            operator.upstream.render(binaries[operator.name], binaries["kubectl"])
        return [
            program_image(binaries[operator.name], name=operator.image, path="/manager")
            for operator in OPERATORS
        ]

    def install(self, platform: Platform) -> None:
        """Apply every operator, and take away what the configuration does not want."""
        for operator in OPERATORS:
            secret = webhook_secret(
                platform.folder.pki / f"{operator.name}-webhook.json",
                host=operator.host,
                authority=operator.authority,
            )
            _leave_out(platform.client, platform.config, operator)
            objects = operator.upstream.read(platform.binaries[operator.name])
            apply(platform.client, manifests(platform.config, operator, objects, secret))

    def remove(self, platform: Platform) -> None:
        """Take away what acts of every operator, then its kinds."""
        for operator in OPERATORS:
            take_away(platform.client, operator)
            objects = operator.upstream.read(platform.binaries[operator.name])
            delete_kinds(platform.client, objects)

    def waiting_for(self, platform: Platform) -> str:
        """Return what is missing until both operators reconcile and answer admission."""
        for operator in OPERATORS:
            names = [operator.deployment]
            names += [STAND_IN] if platform.config.operator_controller else []
            for name in names:
                if what := unfinished(platform.client, name, namespace=operator.namespace):
                    return f"{name} in {operator.namespace}: {what}"
            if not _callable(platform.client, platform.config, operator):
                return f"the webhooks of {operator.upstream.title} to get their certificate"
        return ""


def _leave_out(client: Client, config: PlatformConfig, operator: Operator) -> None:
    if config.operator_webhooks == ABSENT:
        delete(client, ValidatingWebhookConfiguration, operator.validating)
    if config.operator_webhooks != IGNORED:
        delete(client, Service, UNSERVED, namespace=operator.namespace)
    if not config.operator_controller:
        for kind in (Deployment, ConfigMap):
            delete(client, kind, STAND_IN, namespace=operator.namespace)


def _callable(client: Client, config: PlatformConfig, operator: Operator) -> bool:
    """Tell whether the API server has what it needs to trust every webhook of the operator."""
    found = client.get(MutatingWebhookConfiguration, operator.mutating).webhooks or []
    trusted = [webhook.clientConfig.caBundle for webhook in found]
    if config.operator_webhooks != ABSENT:
        validating = client.get(ValidatingWebhookConfiguration, operator.validating)
        trusted += [webhook.clientConfig.caBundle for webhook in validating.webhooks or []]
    return all(trusted)


COMPONENT = Operators()
