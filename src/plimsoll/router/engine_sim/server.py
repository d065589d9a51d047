"""The front of a simulated engine: routes, failures on demand, streams, a graceful end.

A request can ask to fail through the header `x-sim-fail`: a status (`503`), `break` (the
connection breaks before the head), `break-after=N` (it breaks after N tokens) or `hang` (it is
never answered).
"""

from __future__ import annotations

import asyncio
import random
import time
from itertools import count
from typing import Any

from plimsoll.errors import PlimsollError
from plimsoll.router.endpoint_spec import at_port
from plimsoll.router.engine_sim import api, tokens
from plimsoll.router.engine_sim.engine import Engine, Job, QueueFullError, TooLongError
from plimsoll.router.engine_sim.http import Connection, ConnectionBrokenError, Exchange
from plimsoll.router.engine_sim.metrics import CONTENT_TYPE, exposition
from plimsoll.router.engine_sim.options import EngineOptions, validate
from plimsoll.router.listen import parse_listen

FAIL_HEADER = "x-sim-fail"
_BODY_BYTES = 64 << 20


class EngineServer:
    """A simulated engine behind a socket; use it as an asynchronous context."""

    def __init__(self, options: EngineOptions, listen: str = "127.0.0.1:0") -> None:
        self.options = validate(options)
        self.engine = Engine(options)
        self.served: list[str] = []
        """Paths of the requests for text or embeddings, in the order of their arrival."""
        self.address = ""
        """`host:port` that it listens on."""
        self._listen = listen
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._numbers = count(1)
        self._random = random.Random(options.seed)  # noqa: S311  (no secret)
        self._stopping = False

    @property
    def url(self) -> str:
        """Base URL of the server."""
        return f"http://{self.address}"

    async def __aenter__(self) -> EngineServer:
        """Listen. Raises UsageError for an address that is none, PlimsollError for a taken one."""
        host, port = parse_listen(self._listen, "--listen")
        try:
            self._server = await asyncio.start_server(self._connected, host, port, backlog=1024)
        except (OSError, OverflowError) as error:
            raise PlimsollError(
                f"cannot listen on {self._listen}: {error}",
                next_step="choose another address; port 0 asks for a free one",
            ) from error
        self.address = at_port(*self._server.sockets[0].getsockname()[:2])
        return self

    async def __aexit__(self, *_: object) -> None:
        """Break whatever is still going on."""
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def drain(self) -> bool:
        """Take no new connection and wait for running requests; False when time ran out."""
        self._stopping = True
        self._server.close()
        until = time.monotonic() + self.options.drain_seconds
        while any(connection.busy for connection in self._connections.values()):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.02)
        return True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, self._answer, _BODY_BYTES)
        task = asyncio.current_task()
        if task is None:
            return
        self._connections[task] = connection
        try:
            await connection.serve()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._connections.pop(task, None)

    async def _answer(self, exchange: Exchange) -> None:
        try:
            await self._route(exchange)
        except api.ApiError as error:
            self.engine.counters.finished["error"] += 1
            if exchange.started:
                raise ConnectionBrokenError from error
            await exchange.json(error.status, error.body())

    async def _route(self, exchange: Exchange) -> None:
        request = exchange.request
        gets = {
            "/health": self._health,
            "/ping": self._health,
            "/version": self._version,
            "/v1/models": self._models,
            "/metrics": self._metrics,
        }
        if request.path in gets:
            if request.method not in {"GET", "HEAD"}:
                raise api.ApiError(405, f"{request.path} is read with GET", "MethodNotAllowed")
            await gets[request.path](exchange)
        elif request.path in api.ROUTES or request.path == "/v1/embeddings":
            if request.method != "POST":
                raise api.ApiError(405, f"{request.path} takes a POST", "MethodNotAllowed")
            await self._work(exchange)
        else:
            raise api.ApiError(404, f"there is nothing at {request.path}", "NotFoundError")

    async def _health(self, exchange: Exchange) -> None:
        status = 503 if self._stopping else 200
        await exchange.answer(status, b"", "text/plain")

    async def _version(self, exchange: Exchange) -> None:
        await exchange.json(200, {"version": "sim"})

    async def _models(self, exchange: Exchange) -> None:
        names = [self.options.model, *self.options.adapters]
        length = self.options.max_model_len
        cards = [
            {"id": name, "object": "model", "owned_by": "plimsoll", "max_model_len": length}
            | ({"parent": self.options.model} if name != self.options.model else {})
            for name in names
        ]
        await exchange.json(200, {"object": "list", "data": cards})

    async def _metrics(self, exchange: Exchange) -> None:
        await exchange.answer(200, exposition(self.engine).encode(), CONTENT_TYPE)

    async def _work(self, exchange: Exchange) -> None:
        request = exchange.request
        self.served.append(request.path)
        breaks_after = await self._failure(request.headers.get(FAIL_HEADER, ""))
        if self._stopping:
            raise api.ApiError(503, "this server is going away", "ServiceUnavailable")
        if request.path == "/v1/embeddings":
            said = api.document(request.body)
            texts, name = api.embeddings(said)
            self._known(name)
            await exchange.json(200, api.embeddings_answer(texts, name))
            return
        asked = api.ask(api.ROUTES[request.path], request.body)
        await self._generate(exchange, asked, breaks_after)

    async def _failure(self, wish: str) -> int | None:
        """Fail as asked or as chance has it; return after how many tokens to break, if at all."""
        if not wish and self._random.random() < self.options.failure_rate:
            wish = str(self.options.failure_status or "break")
        if not wish:
            return None
        if wish == "break":
            raise ConnectionBrokenError
        if wish == "hang":
            await asyncio.Event().wait()
        name, _, number = wish.partition("=")
        if name == "break-after" and number.isdecimal():
            return int(number)
        if name.isdecimal() and 400 <= int(name) <= 599:
            raise api.ApiError(int(name), "this request was to fail", "SimulatedFailure")
        raise api.ApiError(400, f"{FAIL_HEADER} {wish!r} is not a way to fail")

    def _known(self, name: str) -> str:
        """Return the adapter that a model name means, empty for the model. Raises ApiError."""
        if name == self.options.model:
            return ""
        if name in self.options.adapters:
            return name
        raise api.ApiError(404, f"the model `{name}` does not exist", "NotFoundError")

    async def _generate(self, exchange: Exchange, asked: api.Ask, breaks_after: int | None) -> None:
        adapter = self._known(asked.model)
        limit = self.options.output_tokens if asked.max_tokens is None else asked.max_tokens
        job = Job(prompt=asked.prompt, max_tokens=limit, adapter=adapter)
        counters = self.engine.counters
        begun = time.monotonic()
        try:
            async with self.engine.admitted(job) as generation:
                answer = _Answer(exchange, asked, f"sim-{next(self._numbers)}")
                async for token in self.engine.tokens(generation):
                    if generation.produced == 1:
                        counters.first_token.observe(time.monotonic() - begun)
                    if breaks_after is not None and generation.produced > breaks_after:
                        raise ConnectionBrokenError
                    await answer.token(token, last=generation.produced == limit)
                counts = api.usage(
                    generation.prompt_tokens, generation.cached_tokens, generation.produced
                )
                await answer.end(generation.text, counts)
        except asyncio.CancelledError:
            counters.finished["abort"] += 1
            raise
        except TooLongError as error:
            length = tokens.count(asked.prompt) + limit
            raise api.ApiError(
                400,
                f"this model's maximum context length is {self.options.max_model_len} tokens; "
                f"the request needs {length}",
            ) from error
        except QueueFullError as error:
            raise api.ApiError(503, "too many requests wait", "ServiceUnavailable") from error
        counters.finished["length"] += 1
        counters.whole_request.observe(time.monotonic() - begun)


class _Answer:
    """How one request for text is answered: whole, or token by token."""

    def __init__(self, exchange: Exchange, asked: api.Ask, identifier: str) -> None:
        self._exchange = exchange
        self._asked = asked
        self._id = identifier

    async def token(self, text: str, *, last: bool) -> None:
        if not self._asked.stream:
            return
        if not self._exchange.started:
            await self._begin()
        await self._exchange.send(api.text_event(self._asked, self._id, text, last=last))

    async def end(self, text: str, counts: dict[str, Any]) -> None:
        if not self._asked.stream:
            await self._exchange.json(200, api.whole(self._asked, self._id, text, counts))
            return
        if not self._exchange.started:
            await self._begin()
        await self._exchange.send(api.last_events(self._asked, self._id, text, counts))
        await self._exchange.end()

    async def _begin(self) -> None:
        await self._exchange.start(200, "text/event-stream; charset=utf-8")
        await self._exchange.send(api.first_event(self._asked, self._id))
