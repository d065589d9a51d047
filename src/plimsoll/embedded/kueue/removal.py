"""Taking out of a running platform what acts of Kueue: webhooks go before their server."""

from __future__ import annotations

from lightkube import Client
from lightkube.resources.admissionregistration_v1 import (
    MutatingWebhookConfiguration,
    ValidatingWebhookConfiguration,
)
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.cluster import delete
from plimsoll.embedded.kueue.manifests import DEPLOYMENT, NAMESPACE

_MUTATING = "kueue-mutating-webhook-configuration"
_VALIDATING = "kueue-validating-webhook-configuration"


def take_away(client: Client) -> None:
    """Remove the manager and its webhooks; the kinds stay."""
    delete(client, MutatingWebhookConfiguration, _MUTATING)
    delete(client, ValidatingWebhookConfiguration, _VALIDATING)
    delete(client, Deployment, DEPLOYMENT, namespace=NAMESPACE)
