"""An endpoint as a person names it: a URL, and what it serves. The host may be a name.

On the command line: `URL[,KEY=VALUE]...`, for example
`http://10.0.0.7:8000,model=llama,role=decode,label.zone=a`.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from msgspec import Struct, field

from plimsoll.errors import UsageError
from plimsoll.router.settings import EndpointSettings

ROLE = "llm-d.ai/role"
_KEYS = "model, adapter, role, engine, metrics, label.NAME"
_PORTS = {"http": 80, "https": 443}


class EndpointSpec(Struct, frozen=True, kw_only=True):
    """One model server, its host not looked up yet."""

    scheme: str
    host: str
    """A name or an address, without brackets."""
    port: int
    path: str = ""
    """What stands before `/v1`, without a slash at its end."""
    labels: dict[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    engine: str = ""
    metrics_url: str = ""

    @property
    def is_name(self) -> bool:
        """Whether the host has to be looked up."""
        return not is_address(self.host)

    @property
    def _authority(self) -> str:
        usual = self.port == _PORTS[self.scheme]
        return self.host if usual else at_port(self.host, self.port)

    def url(self, host: str = "") -> str:
        """Return its base URL, with another host if one is given."""
        return f"{self.scheme}://{at_port(host or self.host, self.port)}{self.path}"

    def settings(self, address: str) -> EndpointSettings:
        """Return the settings of the endpoint at an address of its host.

        A certificate is for a name, and a server may be one of several behind an address: it is
        reached by its address, and asked by its name.
        """
        return EndpointSettings(
            address=at_port(address, self.port),
            url=self.url(address),
            authority=self._authority if self.is_name else "",
            labels=self.labels,
            models=self.models,
            adapters=self.adapters,
            engine=self.engine,
            metrics_url=self.metrics_url,
        )


def is_address(host: str) -> bool:
    """Return whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def at_port(host: str, port: int) -> str:
    """Return `host:port`, with brackets around an IPv6 address."""
    is_v6 = is_address(host) and isinstance(ip_address(host), IPv6Address)
    return f"[{host}]:{port}" if is_v6 else f"{host}:{port}"


def split_url(url: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and path of a base URL. Raises ValueError with what is wrong."""
    text = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL: {error}") from None
    if parts.scheme not in _PORTS:
        raise ValueError(f"{url!r} is not a URL of http or https")
    if not parts.hostname or any(c.isspace() or ord(c) < 32 for c in text):
        raise ValueError(f"{url!r} names no host")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError(f"{url!r} is not a base URL: it must end with its host, port or path")
    if port == 0:
        raise ValueError(f"{url!r} has the port 0")
    path = parts.path.rstrip("/")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path.removesuffix("/v1")


def parse_flag(text: str) -> EndpointSpec:
    """Return the endpoint that `--endpoint` names. Raises UsageError."""
    url, *pairs = text.split(",")
    lists: dict[str, list[str]] = {"model": [], "adapter": []}
    single = {"engine": "", "metrics": ""}
    labels: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise UsageError(
                f"--endpoint {text}: {pair!r} is not KEY=VALUE",
                next_step=f"write http://host:port,model=NAME; keys: {_KEYS}",
            )
        if key in lists:
            lists[key].append(value)
        elif key in single:
            single[key] = value
        elif key == "role":
            labels[ROLE] = value
        elif key.startswith("label.") and len(key) > 6:
            labels[key[6:]] = value
        else:
            raise UsageError(
                f"--endpoint {text}: there is no key {key!r}", next_step=f"keys: {_KEYS}"
            )
    try:
        scheme, host, port, path = split_url(url)
    except ValueError as error:
        raise UsageError(
            f"--endpoint {error}", next_step="write http://host:port, for example http://gpu1:8000"
        ) from None
    return EndpointSpec(
        scheme=scheme,
        host=host,
        port=port,
        path=path,
        labels=labels,
        models=tuple(lists["model"]),
        adapters=tuple(lists["adapter"]),
        engine=single["engine"],
        metrics_url=single["metrics"],
    )
