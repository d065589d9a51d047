"""The few calls that the driver makes to the API server, as its service account.

A 404 is an answer (None); every other refusal and every broken connection is a ClusterError.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver.settings import DriverError

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TIMEOUT = 10.0
_WATCH_SECONDS = 240

Json = dict[str, Any]


class ClusterError(DriverError):
    """The API server refused a call or could not be reached."""


class Cluster:
    """The API server as the driver's service account sees it; safe for several threads."""

    def __init__(self, host: str, port: int, account: Path) -> None:
        self._host, self._port, self._account = host, port, account
        self._context = ssl.create_default_context(cafile=str(account / "ca.crt"))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Cluster:
        """Return the cluster that runs this pod; raises ClusterError outside of one."""
        try:
            host = environment["KUBERNETES_SERVICE_HOST"]
            return cls(host, int(environment["KUBERNETES_SERVICE_PORT"]), ACCOUNT)
        except (KeyError, OSError) as error:
            raise ClusterError(f"this process does not run inside a pod: {error!r}") from error

    def get(self, path: str) -> Json | None:
        """Return the object at `path`, or None if there is none."""
        return self._call("GET", path)

    def create(self, path: str, body: Json) -> None:
        """Create the object `body` in the collection at `path`."""
        self._call("POST", path, body)

    def replace(self, path: str, body: Json) -> None:
        """Replace the object at `path`."""
        self._call("PUT", path, body)

    def watch(self, path: str, version: str) -> Iterator[Json]:
        """Yield the changes after resource version `version` of the list at `path`, for minutes."""
        query = f"{path}&watch=1&resourceVersion={version}&timeoutSeconds={_WATCH_SECONDS}"
        with self._answer("GET", query, None, timeout=_WATCH_SECONDS + _TIMEOUT) as response:
            if response.status != http.client.OK:
                raise ClusterError(f"GET {query}: {response.status} {_text(response)}")
            for line in response:
                yield json.loads(line)

    def _call(self, method: str, path: str, body: Json | None = None) -> Json | None:
        with self._answer(method, path, body, timeout=_TIMEOUT) as response:
            text = _text(response)
            if response.status == http.client.NOT_FOUND:
                return None
            if response.status >= http.client.BAD_REQUEST:
                raise ClusterError(f"{method} {path}: {response.status} {text}")
            answer: Json = json.loads(text)
            return answer

    @contextlib.contextmanager
    def _answer(
        self, method: str, path: str, body: Json | None, *, timeout: float
    ) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=timeout, context=self._context
        )
        try:
            token = (self._account / "token").read_text()  # read each time, for it is renewed
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            yield connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ClusterError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()


def _text(response: http.client.HTTPResponse) -> str:
    return response.read().decode(errors="replace")
