"""The certificates by which Envoy Gateway and its proxies know each other.

Envoy Gateway makes them itself, as its installation does elsewhere; once they are there they stay.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from lightkube.resources.core_v1 import Secret

from plimsoll.embedded.cluster import find
from plimsoll.embedded.gateway.manifests import NAME, NAMESPACE
from plimsoll.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform

_SECONDS = 120
_SECRETS = (NAME, "envoy", "envoy-rate-limit", "envoy-oidc-hmac")


class CertificateError(PlimsollError):
    """Envoy Gateway did not make its certificates."""


def make_certificates(platform: Platform) -> None:
    """Let Envoy Gateway write the Secrets that are not there; raise CertificateError if it fails.

    Its namespace must exist.
    """
    if all(find(platform.client, Secret, name, namespace=NAMESPACE) for name in _SECRETS):
        return
    command = [str(platform.binaries["envoy-gateway"]), "certgen", "--disable-topology-injector"]
    environment = {
        **os.environ,
        "KUBECONFIG": str(platform.kubeconfig),
        "ENVOY_GATEWAY_NAMESPACE": NAMESPACE,
    }
    try:
        answer = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        reason = answer.stderr.strip()[-500:] if answer.returncode != 0 else ""
    except subprocess.TimeoutExpired:
        reason = f"not done after {_SECONDS} s"
    if reason:
        raise CertificateError(
            f"Envoy Gateway did not make its certificates: {reason}",
            next_step=f"try again with: plimsoll up --name {platform.name}",
        )
