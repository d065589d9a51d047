"""A hostile body costs the router little more memory than its bytes."""

from __future__ import annotations

import re
from asyncio.subprocess import Process
from pathlib import Path

import httpx2

from plimsoll.router.engine_sim import EngineServer
from tests.unit.router.end_to_end.processes import start

MEGABYTES = 10


def most_resident(process: Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


async def test_a_message_with_millions_of_members(
    engines: list[EngineServer], processes: list[Process]
) -> None:
    process, url = await start(processes, "--endpoint", engines[0].url)
    before = most_resident(process)
    members = '"":0,' * (MEGABYTES * 1024 * 1024 // 5)
    body = f'{{"model": "sim", "messages": [{{{members}"role": "user"}}]}}'
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        answer = await client.post("/v1/chat/completions", content=body)
    assert answer.status_code in {200, 400}
    assert most_resident(process) - before < 4 * MEGABYTES


async def test_a_name_of_escapes_that_are_none(
    engines: list[EngineServer], processes: list[Process]
) -> None:
    process, url = await start(processes, "--endpoint", engines[0].url)
    before = most_resident(process)
    body = '{"prompt": "x", "model": "' + "\\q" * 20_000 + '"}'
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        answer = await client.post("/v1/completions", content=body)
    assert answer.status_code in {400, 404}
    assert most_resident(process) - before < 40
