"""Runs in the client pod: sends requests to a workload and then reads its counter directly.

Prints one JSON object. Standard library only.
"""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any

_SECONDS = 10


def get(host: str, port: int, path: str) -> tuple[int, str, str]:
    """Return status, content type and text; status 0 when there was no answer."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()
    except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
        return 0, "", str(error)
    finally:
        connection.close()


def value(page: str, metric: str) -> float | None:
    """Return the value of the only series of a metric on a page in the text format."""
    lines = [line for line in page.splitlines() if line.startswith(metric + "{")]
    return float(lines[0].rpartition(" ")[2]) if len(lines) == 1 else None


def main() -> None:
    """Send, read, and say what came back."""
    arguments: dict[str, Any] = json.loads(sys.argv[1])
    host, port = arguments["host"], arguments["port"]
    statuses = [get(host, port, "/work")[0] for _ in range(arguments["requests"])]
    status, content_type, page = get(host, port, "/metrics")
    _, _, seen = get(host, port, "/seen")
    if arguments["finish"]:
        get(host, port, "/finish")
    print(
        json.dumps(
            {
                "sent": len(statuses),
                "answered": statuses.count(200),
                "status": status,
                "content_type": content_type,
                "value": value(page, arguments["metric"]),
                "seen": json.loads(seen) if seen.startswith("{") else {},
                "error": "" if status else page[:200],
            }
        )
    )


if __name__ == "__main__":
    main()
