"""The door to the pool: HTTP on a Unix socket, for the autoscaler's provider and nobody else.

No address of any network leads here; who can open the socket is decided by the file system. The
socket lives in a folder of its own, which the autoscaler's pod mounts, so that it finds the socket
of the next supervisor, too.
"""

from __future__ import annotations

import os
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from plimsoll.embedded import components
from plimsoll.embedded.keeper import Keeper
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.pool.nodes import Pool, PoolFullError, UnknownNodeError
from plimsoll.embedded.program_image import USER
from plimsoll.embedded.state import Folder
from plimsoll.errors import PlimsollError

COMPONENT = "autoscaler"
"""The component that needs the launcher."""
SOCKET = "socket"
_LOOK_FOR_END_SECONDS = 1.0
_LONGEST_REQUEST = 2**20


class Launcher:
    """The pool of one platform and, while it has an autoscaler, the open door to it."""

    def __init__(self, folder: Folder, keeper: Keeper) -> None:
        self.pool = Pool(folder, keeper)
        self._folder = folder
        self._server: _Server | None = None

    def follow(self, platform: Platform) -> None:
        """Be as the platform's configuration says: open, or shut and without nodes."""
        self.pool.follow(platform)
        if COMPONENT in {component.name for component in components.wanted(platform.config)}:
            self._open()
        else:
            self._close()
            self.pool.clear()

    def _open(self) -> None:
        if self._server:
            return
        home = launcher_folder(self._folder)
        home.mkdir(mode=0o755, exist_ok=True)
        path = home / SOCKET
        path.unlink(missing_ok=True)
        try:
            self._server = _Server(str(path), _Handler)
        except OSError as error:
            raise PlimsollError(
                f"the launcher cannot listen at {path}: {error}",
                next_step="set PLIMSOLL_STATE to a shorter path that can be written",
            ) from error
        self._server.pool = self.pool
        path.chmod(0o600)
        os.chown(path, USER, USER)  # beside root, who the autoscaler runs as may open it
        threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _LOOK_FOR_END_SECONDS},
            name="launcher",
            daemon=True,
        ).start()

    def _close(self) -> None:
        if not self._server:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        (launcher_folder(self._folder) / SOCKET).unlink(missing_ok=True)


def launcher_folder(folder: Folder) -> Path:
    """Return the folder that holds the socket and nothing else."""
    return folder.path / "launcher"


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    pool: Pool


class _Wanted(msgspec.Struct, frozen=True):
    """What the provider asks for."""

    claim: str
    type: str
    labels: dict[str, str] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer /types and /nodes."""
        pool = self.server.pool
        answers = {"/types": pool.machine_types, "/nodes": pool.nodes}
        if answer := answers.get(self.path):
            self._answer(answer)
        else:
            self._send(HTTPStatus.NOT_FOUND, f"there is no {self.path}")

    def do_POST(self) -> None:
        """Make a node, or return the one of the same claim."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LONGEST_REQUEST:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
            return
        content = self.rfile.read(length)
        try:
            wanted = msgspec.json.decode(content, type=_Wanted)
        except msgspec.MsgspecError as error:
            self._send(HTTPStatus.BAD_REQUEST, str(error))
            return
        self._answer(lambda: self.server.pool.create(wanted.claim, wanted.type, wanted.labels))

    def do_DELETE(self) -> None:
        """Remove the node with the provider id in the query; the answer comes when it is gone."""
        [*ids] = parse_qs(urlsplit(self.path).query).get("provider_id", [])
        if len(ids) != 1:
            self._send(HTTPStatus.BAD_REQUEST, "name one provider_id")
            return
        self._answer(lambda: self.server.pool.remove(ids[0]))

    def _answer(self, action: Any) -> None:
        """Do something and send what it returns, or why it does not work."""
        try:
            result = action()
        except PoolFullError as error:
            self._send(HTTPStatus.CONFLICT, error.what)
        except UnknownNodeError as error:
            self._send(HTTPStatus.NOT_FOUND, error.what)
        except (PlimsollError, OSError) as error:
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        else:
            self._send(HTTPStatus.OK, result)

    def _send(self, status: HTTPStatus, content: object) -> None:
        body = msgspec.json.encode(content)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: what happened to a node stands in the ledger."""
