"""`plimsoll route` in front of simulated engines: edits and SIGTERM under load lose nothing."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from pathlib import Path

import httpx2

from plimsoll.router.engine_sim import EngineServer
from tests.unit.router.end_to_end.processes import start
from tests.unit.router.waiting import until

BODY = {"model": "sim", "prompt": "hello " * 50, "max_tokens": 40, "stream": True}


def write(file: Path, engines: list[EngineServer]) -> None:
    entries = "".join(f"- {{url: '{each.url}'}}\n" for each in engines)
    file.write_text("endpoints:\n" + entries)


async def stream(client: httpx2.AsyncClient) -> str:
    async with client.stream("POST", "/v1/completions", json=BODY) as answer:
        lines = [line async for line in answer.aiter_lines() if line]
    return f"{answer.status_code} {len(lines)} {lines[-1]}"


async def test_sigterm_under_load(engines: list[EngineServer], processes: list[Process]) -> None:
    flags = [part for each in engines for part in ("--endpoint", each.url)]
    process, url = await start(processes, *flags)
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        running = [asyncio.create_task(stream(client)) for _ in range(30)]
        await until(lambda: sum(each.engine.running for each in engines) == 30)
        process.send_signal(signal.SIGTERM)
        answers = set(await asyncio.gather(*running))
    assert answers == {"200 41 data: [DONE]"}
    async with asyncio.timeout(30):
        assert await process.wait() == 0


async def test_an_edit_under_load(
    engines: list[EngineServer], processes: list[Process], tmp_path: Path
) -> None:
    file = tmp_path / "e.yaml"
    write(file, engines[:1])
    _, url = await start(processes, "--endpoints", str(file))
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        running = [asyncio.create_task(stream(client)) for _ in range(20)]
        await until(lambda: engines[0].engine.running == 20)
        write(file, engines[1:2])
        async with asyncio.timeout(30):
            while not engines[1].served:
                await stream(client)
        assert set(await asyncio.gather(*running)) == {"200 41 data: [DONE]"}
    assert engines[2].served == []
