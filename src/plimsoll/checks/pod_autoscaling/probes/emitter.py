"""Runs as the main container: serves one gauge whose value a file says, until that file is old.

`/metrics` is the Prometheus text format, `/value` JSON. An empty file stops the metric: the pages
answer, without it. When nobody has written the file for `lifetime` seconds the first value counts
again, so that an autoscaler takes replicas away even when whoever turned the dial has died.
Standard library only, and any Python from 3.9.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = json.loads(sys.argv[1])
DIAL = Path(SETTINGS["file"])
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def value() -> str:
    """Return what to say now; nothing while the metric is stopped."""
    try:
        written, changed = DIAL.read_text(), DIAL.stat().st_mtime
    except FileNotFoundError:
        return str(SETTINGS["first"])
    return str(SETTINGS["first"]) if time.time() - changed > SETTINGS["lifetime"] else written


def metrics() -> str:
    """Return the page for a scraper."""
    name, said = SETTINGS["name"], value()
    if not said:
        return "# the metric has stopped\n"
    labels = ",".join(f'{key}="{text}"' for key, text in sorted(SETTINGS["labels"].items()))
    return f"# TYPE {name} gauge\n{name}{{{labels}}} {said}\n"


class Pages(BaseHTTPRequestHandler):
    """The two pages."""

    def do_GET(self) -> None:
        """Answer one request."""
        if self.path.startswith("/metrics"):
            self._answer(200, TEXT, metrics())
        elif self.path.startswith("/value") and value():
            self._answer(200, "application/json", json.dumps({"value": float(value())}))
        else:
            self._answer(404, TEXT, "not here\n")

    def _answer(self, code: int, kind: str, body: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class BothFamilies(ThreadingHTTPServer):
    """Answers on IPv4 and IPv6."""

    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        """Take IPv4 on the same socket."""
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def server() -> ThreadingHTTPServer:
    """Return a server on every address that there is."""
    try:
        return BothFamilies(("::", SETTINGS["port"]), Pages)
    except OSError:
        return ThreadingHTTPServer(("", SETTINGS["port"]), Pages)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server().serve_forever()
