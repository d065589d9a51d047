"""An endpoint picker as a process of its own, so that it can be killed.

`python -m tests.router.picker` reads bootstrap and live settings as two lines of JSON and writes
the addresses of its listeners as one. After that each line it reads is answered: `state` with the
state, anything else is taken as new live settings. SIGTERM drains it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from tests.router.processes import Process

PATIENCE = 20.0
"""Seconds that a drain may take."""


def live(addresses: Sequence[str], **more: Any) -> dict[str, Any]:
    """Return live settings for endpoints that are never asked for their metrics."""
    endpoints = [{"address": each, "url": f"http://{each}"} for each in addresses]
    return {"endpoints": endpoints, "scrape": {"interval_ms": 0}, **more}


class Picker(Process):
    """A running picker."""

    address: str

    @classmethod
    async def start(cls, live: dict[str, Any], **bootstrap: Any) -> Picker:
        """Start one; `ext_proc` may name the address of one that was here before."""
        picker = cls()
        await picker.run([sys.executable, "-m", "tests.router.picker"])
        settings = {"ext_proc": "127.0.0.1:0", **bootstrap}
        addresses = await picker.ask(f"{json.dumps(settings)}\n{json.dumps(live)}")
        picker.address = addresses["ext_proc"]
        return picker

    async def ask(self, line: str) -> Any:
        """Send a line and return the answer."""
        self.write(f"{line}\n")
        answer = json.loads(await self.line())
        assert "error" not in answer, answer
        return answer

    async def in_flight(self) -> int:
        """Return how many requests count now, over all endpoints."""
        state = await self.ask("state")
        return sum(each["in_flight"] for each in state["endpoints"])

    async def settled(self) -> None:
        """Wait until no request counts; fail when that does not happen soon."""
        for _ in range(200):
            if await self.in_flight() == 0:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"still in flight: {await self.ask('state')}")


def _main() -> None:
    from plimsoll.router import data_plane

    router = data_plane.make(sys.stdin.readline().encode(), sys.stdin.readline().encode(), None)

    def drain(*_: object) -> None:
        def work() -> None:
            router.drain(PATIENCE)
            router.stop()
            os._exit(0)  # the main thread waits for a line that does not come

        threading.Thread(target=work, daemon=True).start()

    signal.signal(signal.SIGTERM, drain)
    print(json.dumps(router.start()), flush=True)
    for line in sys.stdin:
        try:
            if line != "state\n":
                router.apply(line.encode())
            print(router.state().decode(), flush=True)
        except data_plane.settings_error() as error:
            print(json.dumps({"error": str(error)}), flush=True)
    router.stop()


if __name__ == "__main__":
    _main()
