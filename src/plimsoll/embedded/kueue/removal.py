"""Taking Kueue, or only what acts of it, out of a running platform.

The order matters: webhooks before their server, and kinds last, when nothing acts on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lightkube import ApiError, Client
from lightkube.resources.admissionregistration_v1 import (
    MutatingWebhookConfiguration,
    ValidatingWebhookConfiguration,
)
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.kueue.manifests import DEPLOYMENT, NAMESPACE
from plimsoll.embedded.kueue.upstream import KUEUE

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform

_MUTATING = "kueue-mutating-webhook-configuration"
_VALIDATING = "kueue-validating-webhook-configuration"


def take_away(client: Client) -> None:
    """Remove the manager and its webhooks; the kinds stay."""
    with _absent_is_fine():
        client.delete(MutatingWebhookConfiguration, _MUTATING)
    with _absent_is_fine():
        client.delete(ValidatingWebhookConfiguration, _VALIDATING)
    with _absent_is_fine():
        client.delete(Deployment, DEPLOYMENT, namespace=NAMESPACE)


def remove_unless_asked(platform: Platform) -> None:
    """Remove Kueue and its kinds where only a fault had brought it."""
    if "gang" in platform.record.config.components:
        return
    take_away(platform.client)
    for item in KUEUE.read(platform.binaries["kueue"]):
        if item["kind"] == "CustomResourceDefinition":
            with _absent_is_fine():
                platform.client.delete(CustomResourceDefinition, item["metadata"]["name"])


@contextmanager
def _absent_is_fine() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        if error.status.code != 404:
            raise
