"""What Python has to say while the router serves: on standard error, as the data plane does."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import msgspec

from plimsoll.router.bootstrap import LogSettings


class Log:
    """Writes sentences, or with the format json one object for each, in the data plane's shape."""

    def __init__(self, settings: LogSettings) -> None:
        self.is_json = settings.format == "json"

    def say(self, text: str, **fields: object) -> None:
        """Write one line. `fields` are for programs alone."""
        if self.is_json:
            line = {
                "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                "level": "INFO",
                "message": text,
                **fields,
                "target": "plimsoll.router",
            }
            sys.stderr.write(msgspec.json.encode(line).decode() + "\n")
        else:
            sys.stderr.write(f"plimsoll route: {text}\n")
        sys.stderr.flush()
