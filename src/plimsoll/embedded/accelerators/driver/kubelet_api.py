"""The kubelet's gRPC interfaces, generated from the pinned module's .proto files into the image.

The generated modules are not in the tree, so they are loaded by name and have no types; everything
that touches them stands in the services of this package.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver.settings import DriverError

PACKAGE = "kubelet_api"
_STREAMS_AND_CALLS = 8


def messages(name: str) -> Any:
    """Return the generated messages of interface `name`, for instance "dra"."""
    return importlib.import_module(f"{PACKAGE}.{name}_pb2")


def services(name: str) -> Any:
    """Return the generated stubs and registration functions of interface `name`."""
    return importlib.import_module(f"{PACKAGE}.{name}_pb2_grpc")


class Server:
    """A gRPC server on a unix socket, as the kubelet expects one."""

    def __init__(self, socket: Path, *register: Callable[[Any], None]) -> None:
        self._socket, self._register = socket, register
        self._server: Any = None

    def start(self) -> None:
        """Serve; an old socket in the way is removed. Raises DriverError if it cannot be made."""
        import grpc  # noqa: PLC0415  (only the driver's image has it for certain)

        self._socket.parent.mkdir(parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        self._server = grpc.server(ThreadPoolExecutor(_STREAMS_AND_CALLS))
        for add in self._register:
            add(self._server)
        try:
            self._server.add_insecure_port(f"unix:{self._socket}")
        except RuntimeError as error:
            raise DriverError(f"cannot serve on {self._socket}: {error}") from error
        self._server.start()

    def stop(self) -> None:
        """Refuse new calls, give running ones a second."""
        if self._server is not None:
            stopped: threading.Event = self._server.stop(1)
            stopped.wait(2)
