"""One HTTP request to an API server, and what each failure means to the person who runs a check.

Everything that goes wrong between here and the cluster becomes a ClusterError with a next step;
RefusedError is the cluster's deliberate no to a change.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import msgspec
from lightkube.core.exceptions import ConfigError

from plimsoll.harness.connection import Connection
from plimsoll.harness.errors import ClusterError, RefusedError

Json = dict[str, Any]

_TRIES = 3
_REFUSALS = frozenset({400, 403, 409, 413, 422})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_DISCOVERY_STEP = "check `kubectl cluster-info`, or give another --context"


class Transport:
    """Sends requests over a connection and turns answers into JSON or errors."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def json(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: Json | list[Json] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Json:
        """Send one request and return the JSON it is answered with.

        Reads are tried three times when the connection breaks. Raises RefusedError when a change is
        refused, ClusterError else; a missing object has code 404.
        """
        headers = {"Accept": accept}
        content = None
        if body is not None:
            content, headers["Content-Type"] = msgspec.json.encode(body), content_type
        response = await self._send(method, path, params=params, content=content, headers=headers)
        return self._answer(method, path, response)

    async def text(self, path: str) -> str:
        """Return the text at a path, for example what a pod answers through the proxy.

        Raises ClusterError, whose message is what the answerer said.
        """
        headers = {"Accept": "text/plain, */*;q=0.1"}
        response = await self._send("GET", path, params=None, content=None, headers=headers)
        if not response.is_error:
            return response.text
        try:
            said = str(msgspec.json.decode(response.content, type=dict[str, Any])["message"])
        except (msgspec.MsgspecError, KeyError):
            said = response.text[:300]
        message = " ".join(said.split()) or response.reason_phrase
        raise ClusterError(
            f"GET {path} failed with {response.status_code}: {message}",
            next_step="see whether what answers at this path is running",
            code=response.status_code,
            message=message,
        )

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None,
        content: bytes | None,
        headers: dict[str, str],
    ) -> httpx2.Response:
        for attempt in range(1, _TRIES + 1):
            try:
                response = await self._connection.http.request(
                    method, path, params=params, content=content, headers=headers
                )
            except (httpx2.HTTPError, ConfigError, OSError) as error:
                if method != "GET" or attempt == _TRIES or _hopeless(error):
                    raise self._unreachable(error) from error
                await asyncio.sleep(0.3 * attempt)
                continue
            if response.status_code in {429, 503} and attempt < _TRIES and method == "GET":
                await asyncio.sleep(0.5 * attempt)
                continue
            return response
        raise AssertionError("the loop always returns or raises")

    @asynccontextmanager
    async def lines(self, path: str, params: dict[str, str]) -> AsyncIterator[AsyncIterator[str]]:
        """Open a stream of lines (a watch); it ends when the server closes it.

        Raises ClusterError when it cannot be opened; errors of an open stream are httpx2's.
        """
        timeout = httpx2.Timeout(10.0, read=None)
        try:
            request = self._connection.http.build_request(
                "GET", path, params=params, timeout=timeout
            )
            response = await self._connection.http.send(request, stream=True)
        except (httpx2.HTTPError, ConfigError, OSError) as error:
            raise self._unreachable(error) from error
        try:
            if response.is_error:
                await response.aread()
                self._answer("GET", path, response)
            yield response.aiter_lines()
        finally:
            await response.aclose()

    def _answer(self, method: str, path: str, response: httpx2.Response) -> Json:
        try:
            document: Json = msgspec.json.decode(response.content, type=dict[str, Any])
        except msgspec.DecodeError as error:
            if response.is_error:
                document = {"message": response.text[:300]}
            else:
                raise ClusterError(
                    f"{self._connection.server} answered {path} with something that is not JSON",
                    next_step="is this the address of a Kubernetes API server? " + _DISCOVERY_STEP,
                    code=response.status_code,
                ) from error
        if not response.is_error:
            return document
        raise self._failed(method, path, response.status_code, document)

    def _failed(self, method: str, path: str, code: int, status: Json) -> ClusterError:
        message = " ".join(str(status.get("message", "")).split())
        reason = str(status.get("reason", ""))
        details = {"code": code, "reason": reason, "message": message}
        if code == 401:
            return ClusterError(
                f"{self._connection.server} does not accept the credentials of the context "
                f"{self._connection.context!r}; they may have expired",
                next_step="log in again, then try `kubectl auth whoami`",
                **details,  # type: ignore[arg-type]
            )
        if method in _WRITES and code in _REFUSALS:
            step = (
                "the needed rights: `plimsoll check --rbac`"
                if code == 403
                else "read the message: a policy, quota or webhook of the cluster said no"
            )
            return RefusedError(
                f"{method} {path} was refused: {message}",
                next_step=step,
                **details,  # type: ignore[arg-type]
            )
        step = (
            "the needed rights: `plimsoll check --rbac`"
            if code == 403
            else "run the check again; if it stays so, look at the API server"
        )
        return ClusterError(
            f"{method} {path} failed with {code}: {message}",
            next_step=step,
            **details,  # type: ignore[arg-type]
        )

    def _unreachable(self, error: Exception) -> ClusterError:
        text = " ".join(str(error).split()) or type(error).__name__
        server = self._connection.server
        if isinstance(error, ConfigError):
            return ClusterError(
                f"the credentials of the context {self._connection.context!r} could not be "
                f"obtained: {text}",
                next_step="log in again, then try `kubectl auth whoami`",
            )
        if "CERTIFICATE" in text.upper():
            return ClusterError(
                f"the connection to {server} is not trusted: {text}",
                next_step="the kubeconfig's certificates have expired or are of another cluster; "
                "get a new kubeconfig",
            )
        return ClusterError(
            f"the cluster at {server} cannot be reached: {text}", next_step=_DISCOVERY_STEP
        )


def _hopeless(error: Exception) -> bool:
    return isinstance(error, ConfigError) or "CERTIFICATE" in str(error).upper()
