"""Runs in a backend's container: an HTTP server that says who it is, with the run's nonce.

Answers 200 on every path, also `/`, since gateways ask there for health. `.../stream/COUNT/PAUSE`
sends COUNT chunks with a pause (seconds) between them; a request with a body is answered with the
number of bytes that came. Standard library only.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PORT = 8080
_BLOCK = 65536


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    request_queue_size = 512
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    nonce = ""
    backend = ""

    def do_GET(self) -> None:
        """Say who this is, at once or in chunks."""
        parts = self.path.strip("/").split("/")
        if len(parts) > 2 and parts[-3] == "stream":
            self._stream(int(parts[-2]), float(parts[-1]))
        else:
            self._say(received=0)

    def do_POST(self) -> None:
        """Take the body and say how long it was."""
        left = int(self.headers.get("Content-Length") or 0)
        received = 0
        while left > received:
            block = self.rfile.read(min(_BLOCK, left - received))
            if not block:
                break
            received += len(block)
        self._say(received=received)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write no log."""

    def _say(self, *, received: int) -> None:
        said = {"nonce": self.nonce, "backend": self.backend, "received": received}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _stream(self, count: int, pause: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(count):
            data = f"data: {number}\n\n".encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
            if number < count - 1:
                time.sleep(pause)
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()


def main() -> None:
    """Serve until the container is stopped."""
    said = json.loads(sys.argv[1])
    Handler.nonce, Handler.backend = said["nonce"], said["backend"]
    Server(("", said.get("port", _PORT)), Handler).serve_forever()


if __name__ == "__main__":
    main()
