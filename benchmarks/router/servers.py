"""Servers on ports of this machine, each with a log; all end with the stage that they stand on."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

HOST = "127.0.0.1"
_PATIENCE = 60.0
"""Seconds for a server to be ready."""


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Stage:
    """Processes that end together. To be used with `with`."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="plimsoll-bench-")
        self.folder = Path(self._folder.name)
        """For configurations and logs."""
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        for process in reversed(self._started):
            process.terminate()
        for process in reversed(self._started):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self._folder.cleanup()

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_text(text)
        return path

    def start(
        self,
        name: str,
        command: Sequence[object],
        ready: tuple[int, str],
        environment: Mapping[str, str] | None = None,
    ) -> int:
        """Start a server and wait until it answers; return its process id.

        `ready` is a port and a path that then answers with 200; without a path, the port must be
        open. RuntimeError with the server's last words when that does not happen.
        """
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(each) for each in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd=self.folder,
            )
        self._started.append(process)
        until = time.monotonic() + _PATIENCE
        while not _answers(*ready):
            if process.poll() is not None or time.monotonic() > until:
                words = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} did not become ready: {words}")
            time.sleep(0.1)
        return process.pid


def get(address: str, path: str) -> tuple[int, bytes]:
    """Return status and body of a page."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _answers(port: int, path: str) -> bool:
    try:
        if path:
            return get(f"{HOST}:{port}", path)[0] == 200
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except (OSError, http.client.HTTPException):
        return False
