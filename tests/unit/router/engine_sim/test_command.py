"""`plimsoll engine-sim` says where it serves, and ends when told to."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import httpx2


async def test_serves_until_told_to_stop() -> None:
    command = (sys.executable, "-m", "plimsoll", "engine-sim", "--listen", "127.0.0.1:0")
    process = await asyncio.create_subprocess_exec(*command, "--model", "mine", stdout=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
            assert line.startswith("Serving the model 'mine' on http://127.0.0.1:")
            async with httpx2.AsyncClient(base_url=line.split()[-1], timeout=30) as client:
                body = {"model": "mine", "prompt": "x", "max_tokens": 2}
                assert (await client.post("/v1/completions", json=body)).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
