"""Latency at a low rate: open loop, over a few connections that stay open, prompts of 800 bytes."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from statistics import quantiles

import msgspec

RATE = 50
"""Requests per second."""
_CONNECTIONS = 8
_numbers = itertools.count(time.time_ns() // 1_000_000)


def milliseconds(address: str, seconds: float) -> dict[str, float]:
    """Send 50 requests per second; return p50, p90 and p99 in ms. RuntimeError if one failed."""
    took: list[float] = []
    wrong: list[str] = []
    began = time.monotonic() + 0.1
    threads = [
        threading.Thread(
            target=_connection, args=(address, began + each / RATE, seconds, took, wrong)
        )
        for each in range(_CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} requests to {address} failed; the first: {wrong[0]}")
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": cuts[49], "p90": cuts[89], "p99": cuts[98], "requests": float(len(took))}


def _connection(
    address: str, first: float, seconds: float, took: list[float], wrong: list[str]
) -> None:
    """Send every eighth request. One that would be late is counted from when it was due."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    try:
        connection.connect()
        for number in range(round(seconds * RATE / _CONNECTIONS)):
            due = first + number * _CONNECTIONS / RATE
            body = _body()
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            began = time.monotonic() if wait > 0 else due
            connection.request(
                "POST", "/v1/chat/completions", body, {"content-type": "application/json"}
            )
            answer = connection.getresponse()
            answer.read()
            took.append((time.monotonic() - began) * 1e3)
            if answer.status != 200:
                wrong.append(f"status {answer.status}")
    except (OSError, http.client.HTTPException) as error:
        wrong.append(repr(error))
    finally:
        connection.close()


def _body() -> bytes:
    prompt = "You answer in one sentence. " * 14 + f"Question {next(_numbers)}: " + "why? " * 60
    return msgspec.json.encode(
        {"model": "m", "messages": [{"role": "user", "content": prompt}], "max_tokens": 16}
    )
