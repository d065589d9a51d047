"""Where a query API is, as the user writes it after `--monitoring` (pure).

`https://host[:port][/path]`, or `NAMESPACE/SERVICE:PORT[/PATH]`, which is reached through the API
server; `NAMESPACE/https:SERVICE:PORT` for a Service that speaks TLS.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct

from plimsoll.errors import UsageError

_SERVICE = re.compile(
    r"(?P<namespace>[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)"
    r"/((?P<scheme>https?):)?(?P<name>[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)"
    r":(?P<port>[0-9]{1,5}|[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?)"
    r"(?P<path>/[\w./~-]*)?"
)
_FORMS = "write a URL such as https://metrics.example/prometheus, or NAMESPACE/SERVICE:PORT[/PATH]"


class Address(Struct, frozen=True, kw_only=True):
    """A query API: of a Service in the cluster, or at a URL."""

    url: str = ""
    namespace: str = ""
    service: str = ""
    port: str = ""
    scheme: str = ""
    """`https` for a Service that speaks TLS."""
    path: str = ""
    """Before `/api/v1/query`, without a slash at its end."""

    def __str__(self) -> str:
        return self.url or f"{self.namespace}/{self.service}:{self.port}{self.path}"

    @property
    def proxied(self) -> str:
        """The path at the API server that leads to the Service."""
        prefix = f"{self.scheme}:" if self.scheme == "https" else ""
        name = f"{prefix}{self.service}:{self.port}"
        return f"api/v1/namespaces/{self.namespace}/services/{name}/proxy{self.path}"


def parse(text: str) -> Address:
    """Return what a user's address means. Raises UsageError when it cannot be one."""
    if "://" in text:
        return Address(url=_url(text))
    match = _SERVICE.fullmatch(text)
    if match is None or (match["port"].isdigit() and not 1 <= int(match["port"]) <= 65535):
        raise UsageError(f"--monitoring {text!r} is not an address", next_step=_FORMS)
    return Address(
        namespace=match["namespace"],
        service=match["name"],
        port=match["port"],
        scheme=match["scheme"] or "",
        path=(match["path"] or "").rstrip("/"),
    )


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise UsageError(
            f"--monitoring {text!r} is not a URL: {error}", next_step=_FORMS
        ) from error
    if parts.username or parts.password:
        raise UsageError(
            "--monitoring has a user or password in its URL, which would be written to the record",
            next_step="leave it out, and give a bearer token in PLIMSOLL_MONITORING_TOKEN",
        )
    if not usable or parts.query or parts.fragment:
        raise UsageError(f"--monitoring {text!r} is not a usable URL", next_step=_FORMS)
    return text.rstrip("/")
