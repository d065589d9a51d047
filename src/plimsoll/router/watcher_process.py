"""The other process: started, listened to and, if it dies, started again.

Its lines come in on a thread of this process, which does nothing but wait for them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

import plimsoll
from plimsoll.errors import PlimsollError
from plimsoll.router.live import Inputs
from plimsoll.router.watching import RELOAD

_LONGEST_PAUSE = 30.0


class WatcherProcess:
    """Watches inputs; `on_line(kind, text)` is called for each line that it writes."""

    def __init__(self, inputs: Inputs, module: str, on_line: Callable[[str, bytes], None]) -> None:
        self._inputs = inputs
        self._command = [sys.executable, "-P", "-m", module]
        self._on_line = on_line
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="watcher", daemon=True)

    def start(self) -> None:
        """Start it. Raises PlimsollError when no process can be started."""
        self._begin()
        self._thread.start()

    def reload(self) -> None:
        """Ask it to read everything again."""
        self._write(f"{RELOAD}\n".encode())

    def stop(self) -> None:
        """End it."""
        self._stopped.set()
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            try:
                process.stdin.close()
            except OSError:
                process.kill()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    def _begin(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                env=os.environ | {"PYTHONPATH": _path()},
            )
        except OSError as error:
            raise PlimsollError(
                f"the process that watches for changes cannot be started: {error}",
                next_step="free some memory or processes and start again",
            ) from error
        self._write(msgspec.json.encode(self._inputs) + b"\n")

    def _write(self, data: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(data)
            process.stdin.flush()
        except (OSError, ValueError):
            return  # it has ended; the thread that follows it knows

    def _follow(self) -> None:
        pause = 1.0
        while not self._stopped.is_set():
            begun = time.monotonic()
            self._read()
            if self._stopped.is_set():
                return
            status = self._process.poll() if self._process else None
            text = f"the process that watches for changes ended (status {status}); a new one starts"
            self._on_line("say", text.encode())
            pause = 1.0 if time.monotonic() - begun > 60 else min(pause * 2, _LONGEST_PAUSE)
            if self._stopped.wait(pause):
                return
            try:
                self._begin()
            except PlimsollError as error:
                self._on_line("say", error.what.encode())

    def _read(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        for line in process.stdout:
            kind, _, text = line.rstrip(b"\n").partition(b" ")
            self._on_line(kind.decode("ascii", "replace"), text)
        process.wait()


def _path() -> str:
    """Return where the other process finds this package; the working folder is no such place."""
    package = str(Path(plimsoll.__file__).parents[1])
    inherited = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join(filter(None, (package, inherited)))
