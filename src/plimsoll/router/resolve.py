"""Looks up the hosts of endpoints; a name with several addresses is several endpoints."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address

from plimsoll.router.endpoint_spec import EndpointSpec
from plimsoll.router.settings import EndpointSettings

Lookup = Callable[[str], Awaitable[tuple[str, ...]]]
"""Returns the addresses of a name; raises OSError."""
_SECONDS = 5.0


async def look_up(host: str) -> tuple[str, ...]:
    """Ask the system's resolver, for at most five seconds. Raises OSError.

    Where a name has addresses of both families they are of the same machines, and IPv4 counts.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_SECONDS):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (TimeoutError, UnicodeError) as error:
        raise OSError(f"no answer for {host} within {_SECONDS:g} s") from error
    addresses = {ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found}
    version = min(address.version for address in addresses)
    chosen = [address for address in addresses if address.version == version]
    return tuple(str(address) for address in sorted(chosen, key=lambda each: each.packed))


class Resolver:
    """Turns specs into endpoints; a name that cannot be looked up keeps its last addresses.

    A name is looked up again when `keep_seconds` have passed.
    """

    def __init__(self, lookup: Lookup = look_up, keep_seconds: float = 0) -> None:
        self._lookup = lookup
        self._keep_seconds = keep_seconds
        self._known: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, float] = {}
        self._failed: dict[str, str] = {}

    async def endpoints(
        self, specs: Iterable[EndpointSpec]
    ) -> tuple[tuple[EndpointSettings, ...], tuple[str, ...]]:
        """Return the endpoints in the order of the specs, and what there is to say."""
        specs = tuple(specs)
        names = sorted({spec.host for spec in specs if spec.is_name})
        await asyncio.gather(*(self._refresh(name) for name in names))
        problems = [self._failed[name] for name in names if name in self._failed]
        endpoints: dict[str, EndpointSettings] = {}
        for spec in specs:
            addresses = self._known.get(spec.host, ()) if spec.is_name else (spec.host,)
            for address in addresses:
                made = spec.settings(address)
                if made.address in endpoints:
                    problems.append(f"{made.address} is given twice; the first counts")
                endpoints.setdefault(made.address, made)
        return tuple(endpoints.values()), tuple(problems)

    async def _refresh(self, name: str) -> None:
        now = time.monotonic()
        if name in self._asked and now - self._asked[name] < self._keep_seconds:
            return
        self._asked[name] = now
        try:
            self._known[name] = await self._lookup(name)
            self._failed.pop(name, None)
        except OSError as error:
            kept = "its last addresses are kept" if self._known.get(name) else "it is left out"
            why = error.strerror or error
            self._failed[name] = f"{name} cannot be looked up ({why}); {kept}"
