"""Runs as a pod of the check: counts in the Prometheus text format what is asked of it.

As a service it counts the requests to /work; as a training it makes steps by itself, and ends with
success after /finish. It notes who collects it. Standard library only.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_STEP_SECONDS = 0.1


class Counter:
    """What was counted, and who asked for it."""

    def __init__(self, metric: str, labels: dict[str, str]) -> None:
        self._metric, self._labels = metric, labels
        self._lock = threading.Lock()
        self.count = 0
        self.scrapes = 0
        self.agents: set[str] = set()
        self.finished = threading.Event()

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.count += 1

    def scraped(self, agent: str) -> None:
        """Note that a monitoring system collected the counter."""
        with self._lock:
            self.scrapes += 1
            self.agents.add(agent[:60])

    def page(self) -> str:
        """Return the counter in the text format."""
        labels = ",".join(f'{key}="{value}"' for key, value in self._labels.items())
        return (
            f"# HELP {self._metric} Requests answered, or steps made, by a pod of a check.\n"
            f"# TYPE {self._metric} counter\n"
            f"{self._metric}{{{labels}}} {self.count}\n"
        )

    def seen(self) -> str:
        """Return who collected it, as JSON."""
        return json.dumps({"scrapes": self.scrapes, "agents": sorted(self.agents)[:8]})


class Server(ThreadingHTTPServer):
    """Listens on every address of the pod, of both families where there are two."""

    daemon_threads = True
    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def server_bind(self) -> None:
        """Bind, also for the older family."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def handler(counter: Counter) -> type[BaseHTTPRequestHandler]:
    """Return a handler of requests for this counter."""

    class Handler(BaseHTTPRequestHandler):
        """Answers the four paths."""

        def do_GET(self) -> None:
            if self.path == "/metrics":
                # Prometheus and all that scrape like it announce their time limit.
                if self.headers.get("X-Prometheus-Scrape-Timeout-Seconds"):
                    counter.scraped(self.headers.get("User-Agent", ""))
                self.answer(counter.page(), _TEXT)
            elif self.path == "/work":
                counter.add()
                self.answer("ok\n", _TEXT)
            elif self.path == "/seen":
                self.answer(counter.seen(), "application/json")
            elif self.path == "/finish":
                self.answer("ok\n", _TEXT)
                counter.finished.set()
            else:
                self.send_error(404)

        def answer(self, text: str, content_type: str) -> None:
            """Send a page."""
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep quiet."""

    return Handler


def main() -> None:
    """Serve until told to finish."""
    arguments: dict[str, Any] = json.loads(sys.argv[1])
    counter = Counter(arguments["metric"], arguments["labels"])
    server = Server(("", arguments["port"]), handler(counter))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for _ in range(arguments["steps"]):
        time.sleep(_STEP_SECONDS)
        counter.add()
    counter.finished.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
