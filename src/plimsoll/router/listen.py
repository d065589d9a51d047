"""An address to listen on, as a person writes it: `host:port`, `[v6]:port` or `:port`."""

from __future__ import annotations

from plimsoll.errors import UsageError
from plimsoll.router.endpoint_spec import is_address

_MOST_PORT = 65_535
_EVERYWHERE = "0.0.0.0"  # noqa: S104  (who leaves the host out means it)


def parse_listen(text: str, option: str) -> tuple[str, int]:
    """Return host (without brackets) and port. Raises UsageError, which names the option."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or _EVERYWHERE
    is_host = is_address(host) or not any(letter in " :[]/" for letter in host)
    is_port = port.isascii() and port.isdigit() and int(port) <= _MOST_PORT
    if not colon or not is_host or not is_port:
        raise UsageError(
            f"{option} {text!r} is not an address to listen on",
            next_step=f"write host:port, for example {option} 127.0.0.1:8080",
        )
    return host, int(port)
