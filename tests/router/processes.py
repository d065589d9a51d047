"""Processes that tests start, talk to and end; none outlives its test."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds after which what should have happened has not."""


class Process:
    """A child process whose output is read line by line."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, command: Sequence[str | Path]) -> None:
        """Start a command."""
        self._process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The process; it must have been started."""
        assert self._process is not None
        return self._process

    def write(self, text: str) -> None:
        """Write to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())

    async def line(self) -> str:
        """Return its next line of output."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert line, "the process ended without an answer"
        return line.decode()

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    async def ended(self, seconds: float = PATIENCE) -> int:
        """Wait for its end and return its status."""
        return await asyncio.wait_for(self.process.wait(), seconds)

    async def stop(self) -> None:
        """End it, whatever it does."""
        if self._process is not None and self._process.returncode is None:
            self.kill()
            await self.ended()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
