"""Asks hosts for pages: HEAD, then GET where HEAD is refused, as the official validator does."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from email.utils import parsedate_to_datetime

import httpx2
from msgspec import Struct

from plimsoll import __version__
from plimsoll.lint.online.answer import Answer, State
from plimsoll.lint.online.cache import Cache

_BUSY = {429, 503}
_PERMANENT = {301, 308}
_AGENT = f"plimsoll/{__version__} (link check)"
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa", ".lan")


class Manners(Struct, frozen=True, kw_only=True):
    """How hosts are treated."""

    timeout: float = 20.0
    """Seconds for each step of a request."""
    at_once: int = 8
    """Requests at once, each to another host."""
    pause: float = 0.2
    """Seconds between two requests to a host."""
    tries: int = 3
    """Requests to a host that asks to wait."""
    longest_wait: float = 30.0
    """Longest wait that is agreed to, in seconds; a host that wants more is left alone."""
    redirects: int = 10
    private: bool = False
    """Ask addresses in private networks, too: for tests."""
    transport: httpx2.AsyncBaseTransport | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class PrivateHostError(Exception):
    """A link, or a redirect, leads into a private network."""


async def ask(urls: Iterable[str], cache: Cache, manners: Manners) -> dict[str, Answer]:
    """Return an answer for every link, from the cache where it has one."""
    wanted = list(urls)
    known = {url: found for url in wanted if (found := cache.get(url)) is not None}
    asker = _Asker(manners)
    missing = [url for url in wanted if url not in known]
    async with asker.client:
        answers = await asyncio.gather(*(asker.answer(url) for url in missing))
    for url, answer in zip(missing, answers, strict=True):
        cache.put(url, answer)
        known[url] = answer
    return known


class _Asker:
    """Asks many hosts at once, and each of them one thing after another."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._slots = asyncio.Semaphore(manners.at_once)
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.client = httpx2.AsyncClient(
            follow_redirects=True,
            max_redirects=manners.redirects,
            timeout=manners.timeout,
            transport=manners.transport,
            headers={"User-Agent": _AGENT, "Accept": "text/html,*/*;q=0.8"},
            event_hooks={"request": [self._guard]},
        )

    async def answer(self, url: str) -> Answer:
        """Return how a link stands; never raises."""
        try:
            host = httpx2.URL(url).host
            async with self._hosts[host], self._slots:
                found = await self._patiently(url)
                await self._manners.sleep(self._manners.pause)
        except PrivateHostError:
            return Answer(state=State.UNKNOWN, detail="leads into a private network")
        except httpx2.TooManyRedirects:
            detail = f"redirects more than {self._manners.redirects} times"
            return Answer(state=State.DEAD, detail=detail)
        except httpx2.TimeoutException:
            return Answer(state=State.UNKNOWN, detail="did not answer in time")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            return Answer(state=State.DEAD, detail=f"cannot be reached: {reason}")
        return found

    async def _patiently(self, url: str) -> Answer:
        """Ask, and ask again after the wait that a busy host wants."""
        response = await self._once(url)
        for attempt in range(1, self._manners.tries):
            wait = _wait(response, 2.0 ** (attempt - 1))
            if response.status_code not in _BUSY or wait > self._manners.longest_wait:
                break
            await self._manners.sleep(wait)
            response = await self._once(url)
        if response.status_code in _BUSY:
            detail = f"answers {response.status_code}: the host asks to wait"
            return Answer(state=State.UNKNOWN, detail=detail)
        return _judged(url, response)

    async def _once(self, url: str) -> httpx2.Response:
        """Return the answer to HEAD, or to GET where HEAD is refused; no body is read."""
        response = await self._head(url)
        if response is not None and (response.status_code < 400 or response.status_code in _BUSY):
            return response
        async with self.client.stream("GET", url) as streamed:
            return streamed

    async def _head(self, url: str) -> httpx2.Response | None:
        """Return the answer to HEAD; None from a host that hangs up on it."""
        try:
            return await self.client.head(url)
        except (httpx2.RemoteProtocolError, httpx2.ReadError):
            return None

    async def _guard(self, request: httpx2.Request) -> None:
        """Refuse what leads into a private network, redirects included."""
        if not self._manners.private and is_private(request.url.host):
            raise PrivateHostError(request.url.host)


def is_private(host: str) -> bool:
    """Whether a host's name or address says that it is not on the public internet."""
    name = host.rstrip(".").lower()
    try:
        return not ipaddress.ip_address(name.strip("[]")).is_global
    except ValueError:
        return "." not in name or name.endswith(_LOCAL_NAMES)


def _judged(url: str, response: httpx2.Response) -> Answer:
    if response.status_code >= 400:
        return Answer(state=State.DEAD, detail=f"answers {response.status_code}")
    permanent = all(each.status_code in _PERMANENT for each in response.history)
    if response.history and permanent and str(response.url) != url:
        return Answer(state=State.MOVED, target=str(response.url))
    return Answer(state=State.ALIVE)


def _wait(response: httpx2.Response, otherwise: float) -> float:
    """Return how long a busy host wants to be left alone, in seconds."""
    wanted = response.headers.get("Retry-After", "").strip()
    if wanted.isascii() and wanted.isdigit():
        return float(wanted[:9])
    try:
        return max(0.0, parsedate_to_datetime(wanted).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return otherwise
