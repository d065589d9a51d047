"""Watches whatever can change, in a process of its own, and says what the settings are now.

Parsing YAML, asking a resolver and following a cluster take the interpreter's lock, which a policy
needs for its decisions; so they happen in another process. It writes one line for each change:
`live JSON` (the whole settings, ready to be applied), `say TEXT` (for the log), or `fail JSON`
(nothing can be served). It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.router.inference_pool import Api, PoolWatch, first_of
from plimsoll.router.live import Composer, Inputs, PoolReference
from plimsoll.router.resolve import Lookup, look_up
from plimsoll.router.settings import to_json

Kind = Literal["live", "say", "fail"]
Send = Callable[[Kind, bytes], None]
OpenApi = Callable[[PoolReference], AbstractAsyncContextManager[Api]]
RELOAD = "reload"
_LOOK_SECONDS = 0.5
_LOOK_UP_SECONDS = 5.0
Signature = tuple[int, int, int] | None


class Watching:
    """One set of inputs, watched."""

    def __init__(
        self,
        inputs: Inputs,
        send: Send,
        *,
        open_api: OpenApi | None = None,
        lookup: Lookup = look_up,
        look_seconds: float = _LOOK_SECONDS,
        look_up_seconds: float = _LOOK_UP_SECONDS,
    ) -> None:
        self._composer = Composer(inputs, lookup, look_up_seconds)
        self._inputs = inputs
        self._send = send
        self._open_api = open_api
        self._look_seconds = look_seconds
        self._look_up_seconds = look_up_seconds
        self._wake = asyncio.Event()
        self._reload = False
        self._seen: dict[Path, Signature] = {}
        self._said: dict[str, str] = {}
        self._sent = b""
        self._pool: PoolWatch | None = None

    async def run(self, commands: AsyncIterator[str]) -> None:
        """Watch until the commands end. Raises PlimsollError when nothing can be read at first."""
        self._seen = self._signatures()
        self._composer.read()
        pool = await self._connect()
        followed = () if pool is None else (pool.run(),)
        await first_of(self._listen(commands), *followed, self._watch())

    async def _connect(self) -> PoolWatch | None:
        """Return what follows the pool, if there is one. Raises PlimsollError without a cluster."""
        pool, open_api = self._inputs.pool, self._open_api
        if pool is None or open_api is None:
            return None
        async with open_api(pool):
            self._pool = PoolWatch(
                lambda: open_api(pool),
                pool.name,
                pool.namespace,
                changed=self._wake.set,
                say=lambda text: self._say("pool", text),
            )
        return self._pool

    async def _listen(self, commands: AsyncIterator[str]) -> None:
        async for command in commands:
            if command.strip() == RELOAD:
                self._reload = True
                self._wake.set()

    async def _watch(self) -> None:
        self._wake.set()
        while True:
            woken = self._wake.is_set()
            self._wake.clear()
            changed = self._read_again() or woken or self._composer.has_names
            if changed and (self._pool is None or self._pool.listed):
                await self._compose()
            try:
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _pause(self) -> float | None:
        """Return for how many seconds nothing has to be looked at; None: until it is woken."""
        if self._composer.files:
            return self._look_seconds
        return self._look_up_seconds if self._composer.has_names else None

    def _read_again(self) -> bool:
        """Read the files if they changed or if it was asked for; return whether they were read."""
        signatures = self._signatures()
        asked, self._reload = self._reload, False
        if signatures == self._seen and not asked:
            return False
        self._seen = signatures
        try:
            self._composer.read()
        except PlimsollError as error:
            self._say("files", f"{error.what}; what was read before stays in use")
            return False
        self._say("files", "")
        if asked:
            self._send("say", b"read again")
        return True

    async def _compose(self) -> None:
        live = await self._composer.compose(self._pool.endpoints if self._pool else ())
        self._say("endpoints", "; ".join(self._composer.problems))
        document = to_json(live)
        if document != self._sent:
            self._sent = document
            self._send("live", document)

    def _signatures(self) -> dict[Path, Signature]:
        return {path: _signature(path) for path in self._composer.files}

    def _say(self, about: str, text: str) -> None:
        """Say something once, and that it is over once."""
        before = self._said.get(about, "")
        self._said[about] = text
        if text and text != before:
            self._send("say", text.encode())
        elif before and not text:
            self._send("say", _OVER[about].encode())


_OVER = {
    "files": "the files can be read again, and are in use",
    "endpoints": "every endpoint can be looked up again",
    "pool": "the InferencePool can be followed again",
}


def _signature(path: Path) -> Signature:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


async def lines_of_standard_input() -> AsyncIterator[str]:
    """Yield lines of standard input until it ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode()


def send_line(kind: Kind, text: bytes) -> None:
    """Write one line to standard output."""
    sys.stdout.buffer.write(kind.encode() + b" " + text.replace(b"\n", b" ") + b"\n")
    sys.stdout.buffer.flush()


async def watch(open_api: OpenApi) -> int:
    """Serve one parent: inputs as the first line of standard input, commands after it."""
    commands = lines_of_standard_input()
    try:
        inputs = msgspec.json.decode(await anext(commands), type=Inputs)
        await Watching(inputs, send_line, open_api=open_api).run(commands)
    except StopAsyncIteration:
        return 0
    except PlimsollError as error:
        send_line("fail", msgspec.json.encode({"what": error.what, "next": error.next_step}))
        return 3
    return 0
