"""`plimsoll route` as a process in front of engines of the test."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process


async def start(processes: list[Process], *arguments: str) -> tuple[Process, str]:
    """Return the process and the base URL that it says it serves."""
    command = (sys.executable, "-m", "plimsoll", "route", "--listen", "127.0.0.1:0", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    processes.append(process)
    assert process.stdout is not None
    url = ""
    async with asyncio.timeout(60):
        async for line in process.stdout:
            found = re.search(r"OpenAI API +(https?://\S+)/v1", line.decode())
            url = found[1] if found else url
            if line.startswith(b"Stop with"):
                return process, url
    assert process.stderr is not None
    raise AssertionError((await process.stderr.read()).decode())
