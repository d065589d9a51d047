"""Sends HTTP requests over fresh connections and counts who answered; one JSON object is printed.

It runs in the client's container, and in the run's own process where the Gateway is reached from
outside. Bodies are never kept: an answer is its status and, when it carries the run's nonce, the
name of the backend. Standard library only.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Json = dict[str, Any]

_PAUSE = 0.2
_RUNS = 60
_ERRORS: tuple[tuple[type[Exception], str], ...] = (
    (ConnectionRefusedError, "refused"),
    (TimeoutError, "timeout"),
    (socket.gaierror, "name"),
    (ConnectionError, "closed"),
    (http.client.HTTPException, "closed"),
    (OSError, "unreachable"),
)


def answer(item: Json, nonce: str) -> str:
    """Send one request on a connection of its own; return its answer as text, or the error's."""
    try:
        connection, response = _sent(item)
        try:
            body = response.read(65536)
        finally:
            connection.close()
    except tuple(kind for kind, _ in _ERRORS) as error:
        return next(word for kind, word in _ERRORS if isinstance(error, kind))
    return f"{response.status} {_backend(body, nonce)}"


def _sent(item: Json) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(
        item["address"], item["port"], timeout=item.get("timeout", 5)
    )
    body = b"x" * item["body"] if item.get("body") else None
    headers = {"Host": item["host"], "Connection": "close", **item.get("headers", {})}
    try:
        connection.request("POST" if body else "GET", item["path"], body=body, headers=headers)
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def _backend(body: bytes, nonce: str) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return "?"
    ours = isinstance(said, dict) and said.get("nonce") == nonce
    return str(said["backend"]) if ours else "?"


class Tally:
    """Counts the answers to one kind of request, from several threads."""

    def __init__(self, steady: int) -> None:
        self._lock = threading.Lock()
        self._steady = max(1, steady)
        self._answers: Counter[str] = Counter()
        self._last: list[str] = []
        self._runs: list[list[Any]] = []
        self._begun = time.monotonic()

    def add(self, text: str) -> None:
        """Count one answer."""
        with self._lock:
            self._answers[text] += 1
            self._last = [*self._last, text][-self._steady :]
            if self._runs and self._runs[-1][0] == text:
                self._runs[-1][1] += 1
            elif len(self._runs) < _RUNS:
                self._runs.append([text, 1])

    def settled(self, expected: list[str]) -> bool:
        """Tell whether the last answers all begin as expected, in one of several ways."""
        full = len(self._last) == self._steady
        return full and all(text.startswith(tuple(expected)) for text in self._last)

    def report(self) -> Json:
        """Return the counts."""
        return {
            "answers": dict(self._answers),
            "last": dict(Counter(self._last)),
            "tries": self._answers.total(),
            "seconds": round(time.monotonic() - self._begun, 3),
            "runs": self._runs,
        }


def until(item: Json, nonce: str) -> Json:
    """Ask until the last answers are all as expected, or time is up."""
    tally = Tally(item["steady"])
    deadline = time.monotonic() + item["seconds"]
    while not tally.settled(item["until"]):
        text = answer(item, nonce)
        tally.add(text)
        if time.monotonic() > deadline:
            break
        right = text.startswith(tuple(item["until"]))
        time.sleep(item.get("pause", 0.02) if right else item.get("slow", _PAUSE))
    return tally.report()


def many(item: Json, nonce: str) -> Json:
    """Ask a fixed number of times, some at once, but not for longer than the time limit."""
    tally = Tally(item.get("steady", 1))
    deadline = time.monotonic() + item["seconds"]

    def one(_: int) -> None:
        if time.monotonic() < deadline:
            tally.add(answer(item, nonce))
            time.sleep(item.get("pause", 0))

    with ThreadPoolExecutor(item.get("parallel", 1)) as pool:
        list(pool.map(one, range(item["count"])))
    return tally.report()


def stream(item: Json, nonce: str) -> Json:
    """Ask once and say when the first and the last byte came, in seconds from the request."""
    del nonce
    begun = time.monotonic()
    received, first, last, status, error = 0, 0.0, 0.0, 0, ""
    try:
        connection, response = _sent(item)
        try:
            status = response.status
            while chunk := response.read1(65536):
                last = time.monotonic() - begun
                first = first or last
                received += len(chunk)
        finally:
            connection.close()
    except tuple(kind for kind, _ in _ERRORS) as broken:
        error = next(word for kind, word in _ERRORS if isinstance(broken, kind))
    return {
        "status": status,
        "bytes": received,
        "first": round(first, 3),
        "last": round(last, 3),
        "error": error,
    }


def run(arguments: Json) -> Json:
    """Do all items, side by side, and return a report by their names."""
    nonce = arguments["nonce"]

    def one(item: Json) -> tuple[str, Json]:
        if item.get("stream"):
            return item["name"], stream(item, nonce)
        return item["name"], (until if "until" in item else many)(item, nonce)

    items = arguments["items"]
    with ThreadPoolExecutor(max(1, len(items))) as pool:
        return dict(pool.map(one, items))


def main() -> None:
    """Do as told and print the report."""
    print(json.dumps(run(json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
