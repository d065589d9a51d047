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
    page = await overview(process)
    if page:
        found = re.search(r"OpenAI API +(https?://\S+)/v1", page)
        return process, found[1] if found else ""
    assert process.stderr is not None
    raise AssertionError((await process.stderr.read()).decode())


async def overview(process: Process) -> str:
    """Return what the router says once it serves; empty when it ends instead."""
    assert process.stdout is not None
    page = ""
    async with asyncio.timeout(60):
        async for line in process.stdout:
            page += line.decode()
            if line.startswith(b"Stop with"):
                return page
    return ""
