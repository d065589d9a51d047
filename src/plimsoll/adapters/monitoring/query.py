"""Asking a monitoring system: the query API of Prometheus, which its relatives speak, too.

A Service is asked through the API server, so that the check needs no way into the cluster; a URL is
asked directly, with the bearer token in PLIMSOLL_MONITORING_TOKEN if there is one.
"""

from __future__ import annotations

import math
import os
from typing import Any

import httpx2
import msgspec
from msgspec import Struct

from plimsoll.adapters.monitoring.address import Address
from plimsoll.errors import PlimsollError
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import ClusterError

Json = dict[str, Any]

TOKEN = "PLIMSOLL_MONITORING_TOKEN"  # noqa: S105  (a name, not a secret)
_SECONDS = 20


class MonitoringError(PlimsollError):
    """A monitoring system could not be asked, or did not understand the question."""


class Sample(Struct, frozen=True, kw_only=True):
    """One series of an answer."""

    labels: dict[str, str]
    value: float


class Endpoint:
    """The query API at an address."""

    def __init__(self, cluster: Cluster, address: Address) -> None:
        self._cluster = cluster
        self.address = address

    async def query(self, expression: str) -> list[Sample]:
        """Return the series that an expression gives now. Raises MonitoringError."""
        answer = await self.get("/api/v1/query", {"query": expression})
        try:
            return samples(answer)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise MonitoringError(
                f"{self.address} does not answer queries as Prometheus does: {answer!s:.200}",
                next_step="give the path before /api/v1/query with --monitoring",
            ) from error

    async def version(self) -> str:
        """Return the version that it says it has; empty where it says none."""
        try:
            answer = await self.get("/api/v1/status/buildinfo", {})
        except MonitoringError:
            return ""
        data = answer.get("data")
        return str(data.get("version", "")) if isinstance(data, dict) else ""

    async def get(self, path: str, params: dict[str, str]) -> Json:
        """Return the JSON at a path below the address. Raises MonitoringError."""
        if self.address.url:
            return await self._direct(path, params)
        try:
            return await self._cluster.transport.json(
                "GET", self.address.proxied + path, params=params
            )
        except ClusterError as error:
            raise _unanswered(self.address, error.message or error.what, error.code) from error

    async def _direct(self, path: str, params: dict[str, str]) -> Json:
        token = os.environ.get(TOKEN, "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with httpx2.AsyncClient(timeout=_SECONDS) as client:
                answer = await client.get(self.address.url + path, params=params, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _unanswered(self.address, str(error) or type(error).__name__, 0) from error
        if answer.is_error:
            raise _unanswered(self.address, answer.text[:200], answer.status_code)
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise _unanswered(self.address, "the answer is not JSON", 0) from error


def samples(answer: Json) -> list[Sample]:
    """Return the series of an answer to an instant query; numbers that are none are left out."""
    if answer["status"] != "success":
        raise ValueError(answer.get("error", answer["status"]))
    found = []
    for entry in answer["data"]["result"]:
        value = float(entry["value"][1])
        if math.isfinite(value):
            found.append(Sample(labels=dict(entry["metric"]), value=value))
    return found


def _unanswered(address: Address, said: str, code: int) -> MonitoringError:
    status = f" ({code})" if code else ""
    step = {
        401: f"it wants a login: give its URL, and a bearer token in {TOKEN}",
        403: "grant `get services/proxy` (`plimsoll check --rbac`), or give its URL and a bearer "
        f"token in {TOKEN}",
        404: "give the path before /api/v1/query with --monitoring",
    }
    return MonitoringError(
        f"{address} did not answer{status}: {' '.join(said.split())}",
        next_step=step.get(code, "see whether the monitoring runs, or give another --monitoring"),
    )
