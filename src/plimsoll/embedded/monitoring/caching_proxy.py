"""A proxy between Prometheus and what it collects that answers for ever what it saw first.

Only a fault puts it there. It runs by itself in a container: standard library only.
"""

from __future__ import annotations

import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SECONDS = 4
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Pages:
    """What every address answered the first time."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[str, bytes]] = {}
        self._lock = threading.Lock()

    def page(self, url: str) -> tuple[str, bytes]:
        """Return content type and body. Raises OSError when it was never answered."""
        with self._lock:
            if url in self._pages:
                return self._pages[url]
        with _direct.open(url, timeout=_SECONDS) as answer:
            fresh = answer.headers.get("Content-Type", "text/plain"), answer.read()
        with self._lock:
            return self._pages.setdefault(url, fresh)


def handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    """Return a handler that answers from `pages`."""

    class Handler(BaseHTTPRequestHandler):
        """Answers requests for whole URLs, as a proxy gets them."""

        def do_GET(self) -> None:
            try:
                content_type, body = pages.page(self.path)
            except OSError as error:
                self.send_error(502, str(error)[:200])
                return
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep quiet."""

    return Handler


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler(Pages())).serve_forever()
