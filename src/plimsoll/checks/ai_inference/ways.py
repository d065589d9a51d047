"""Ways to a Gateway, and sending requests along them: from the client's pod, or from this machine.

From this machine requests go to the Gateway's own address and nowhere else, each with a time limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from plimsoll.checks.ai_inference.probes import http_requests
from plimsoll.checks.ai_inference.requests import HEADER, STEADY, Ask
from plimsoll.harness import Harness
from plimsoll.record.facts import ProbeResult

Json = dict[str, Any]

_PROGRAM = "http_requests"
_MARGIN = 60
"""Seconds beside the probe's own time limit: a loaded machine starts it late."""


class Way(Struct, frozen=True, kw_only=True):
    """One way to send requests: from where, and to which address."""

    vantage: str
    address: str
    port: int
    client: Json | None
    """The pod that sends; None: this process."""

    async def send(
        self, harness: Harness, role: str, items: Sequence[Json], seconds: float
    ) -> ProbeResult:
        """Send requests; the fact has a report by their names. Raises BlockedError."""
        full = [{"address": self.address, "port": self.port} | item for item in items]
        arguments: Json = {"nonce": harness.run_id, "items": full}
        if self.client is not None:
            return await harness.probe(
                self.client, _PROGRAM, role=role, arguments=arguments, seconds=seconds + _MARGIN
            )
        data = await asyncio.to_thread(http_requests.run, arguments)
        return harness.record.add(
            ProbeResult, probe=_PROGRAM, role=role, pod="", namespace="", data=data
        )


def asked(ask: Ask, host: str, seconds: float) -> Json:
    """Return what the probe has to do for one kind of request: ask until the answer is right."""
    item: Json = {
        "name": ask.name,
        "host": host,
        "path": ask.path,
        "until": [ask.answer],
        "steady": STEADY,
        "seconds": seconds,
    }
    return item | ({"headers": {HEADER: ask.header}} if ask.header else {})
