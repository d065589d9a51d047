"""Taking operators out of a running platform where only a fault had brought them.

The order matters: webhooks before their server, and kinds last, when nothing acts on them. The
namespaces stay: one that is still going would refuse what is installed next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lightkube import ApiError
from lightkube.resources.admissionregistration_v1 import (
    MutatingWebhookConfiguration,
    ValidatingWebhookConfiguration,
)
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.operators.catalog import OPERATORS
from plimsoll.embedded.operators.manifests import STAND_IN

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


def remove_unless_asked(platform: Platform) -> None:
    """Remove the operators and their kinds unless the platform was asked to carry them."""
    if "operators" in platform.record.config.components:
        return
    client = platform.client
    for operator in OPERATORS:
        with absent_is_fine():
            client.delete(MutatingWebhookConfiguration, operator.mutating)
        with absent_is_fine():
            client.delete(ValidatingWebhookConfiguration, operator.validating)
        for name in (operator.deployment, STAND_IN):
            with absent_is_fine():
                client.delete(Deployment, name, namespace=operator.namespace)
        for item in operator.upstream.read(platform.binaries[operator.name]):
            if item["kind"] == "CustomResourceDefinition":
                with absent_is_fine():
                    client.delete(CustomResourceDefinition, item["metadata"]["name"])


@contextmanager
def absent_is_fine() -> Iterator[None]:
    """Let a request for an object that is not there pass."""
    try:
        yield
    except ApiError as error:
        if error.status.code != 404:
            raise
