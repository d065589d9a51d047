"""Closed-loop load by wrk: 32 connections on one thread, each request a chat of a given size."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchmarks.router.machine import used
from benchmarks.router.tools import Tool

SCRIPT = Path(__file__).with_name("body.lua")
SIZES = {"4k": 4096, "64k": 65_536}
"""Bytes of a body, by the name of its size."""
_MARK = "RESULT "
_seeds = itertools.count(time.time_ns() // 1_000_000)


class Load(msgspec.Struct, frozen=True):
    """What wrk sent: requests that were answered, for how long, and how many failed."""

    requests: int
    seconds: float
    errors: int


def send(wrk: Tool, address: str, size: int, seconds: float, *, unique: bool = False) -> Load:
    """Send chats to `host:port` for some seconds. RuntimeError when one of them failed.

    With `unique` no two prompts share a beginning.
    """
    command = [wrk.path, "-t1", "-c32", f"-d{max(1, round(seconds))}s", "--timeout", "20s"]
    script = ["-s", SCRIPT, f"http://{address}", "--", size, f"s{next(_seeds)}"]
    done = subprocess.run(
        [*map(str, command), *map(str, script), "unique" if unique else "shared"],
        env={**os.environ, **wrk.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )
    line = done.stdout.rpartition(_MARK)[2]
    try:
        load = msgspec.json.decode(line, type=Load)
    except msgspec.MsgspecError:
        raise RuntimeError(f"wrk said no result: {done.stdout}{done.stderr}") from None
    if load.errors or not load.requests:
        raise RuntimeError(f"{load.errors} of {load.requests} requests to {address} failed")
    return load


def cost(
    wrk: Tool, address: str, size: int, seconds: float, processes: Mapping[str, int]
) -> dict[str, float]:
    """Send chats and return the processor microseconds per request of each process tree.

    `processes` are the roots, by name. `rate` is how many requests per second were answered.
    """
    since = used(processes)
    load = send(wrk, address, size, seconds)
    figures = {name: each / load.requests * 1e6 for name, each in since().items()}
    return {**figures, "rate": load.requests / load.seconds}
