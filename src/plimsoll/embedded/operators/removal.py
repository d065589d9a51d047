"""Taking what acts of an operator out of a running platform: webhooks go before their server.

The namespaces stay: one that is still going would refuse what is installed next.
"""

from __future__ import annotations

from lightkube import Client
from lightkube.resources.admissionregistration_v1 import (
    MutatingWebhookConfiguration,
    ValidatingWebhookConfiguration,
)
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.cluster import delete
from plimsoll.embedded.operators.catalog import Operator
from plimsoll.embedded.operators.manifests import STAND_IN


def take_away(client: Client, operator: Operator) -> None:
    """Remove an operator's webhooks and all that reconciles; its kinds stay."""
    delete(client, MutatingWebhookConfiguration, operator.mutating)
    delete(client, ValidatingWebhookConfiguration, operator.validating)
    for name in (operator.deployment, STAND_IN):
        delete(client, Deployment, name, namespace=operator.namespace)
