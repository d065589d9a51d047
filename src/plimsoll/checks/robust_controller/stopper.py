"""Runs in a Job: stops one Deployment, and starts it again whatever happens.

It is started again when the file `back` appears, when this program is told to end, or when its
time is up. Only the standard library is used.
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TRIES = 50


def scale(namespace: str, name: str, replicas: int) -> None:
    """Set the number of replicas; asked again until it is answered."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    host = f"[{host}]" if ":" in host else host
    url = f"https://{host}:{port}/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"
    trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    for _ in range(TRIES):
        request = urllib.request.Request(
            url,
            method="PATCH",
            data=json.dumps({"spec": {"replicas": replicas}}).encode(),
            headers={
                "Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}",
                "Content-Type": "application/merge-patch+json",
            },
        )
        try:
            urllib.request.urlopen(request, context=trust, timeout=5).close()  # noqa: S310  (always the API server)
        except (urllib.error.URLError, TimeoutError) as error:
            print(f"tried again: {error}", file=sys.stderr)
            time.sleep(0.3)
            continue
        return
    sys.exit(f"could not set {namespace}/{name} to {replicas} replicas")


def main() -> None:
    """Stop, wait, start."""
    arguments = json.loads(sys.argv[1])
    target = (arguments["namespace"], arguments["name"])
    back = Path(arguments["back"])
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    until = time.monotonic() + arguments["seconds"]
    try:
        scale(*target, 0)
        while not (told or back.exists() or time.monotonic() > until):
            time.sleep(0.2)
    finally:
        scale(*target, arguments["replicas"])


if __name__ == "__main__":
    main()
