"""A picker that does what a request header says: for gateways under test, and to try the suite on.

It speaks the whole protocol and decides nothing: `test-epp-endpoint-selection` names endpoints;
without it, the gateway's subset hint or the whole pool does. Each is first in its turn. A response
carries `x-conformance-test-served-endpoint`, as the gateway reported it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import grpc.aio
from msgspec import Struct, field

from plimsoll.router.conformance import messages as ext_proc

SELECTION = "test-epp-endpoint-selection"
SERVED = "x-conformance-test-served-endpoint"
SHED = "x-conformance-shed"
_HEALTH = "/grpc.health.v1.Health/Check"
_REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
_SERVICES = ("", "liveness", "readiness", "inference-extension", ext_proc.SERVICE)
_CONTROL = ("x-llm-d-", "x-gateway-inference-", "x-slo-")
_MOST_PIECE = 60_000


class Refusal(Exception):  # noqa: N818 (an answer rather than an error)
    """A request that is answered instead of being routed."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Exchange(Struct, kw_only=True):
    """One request while it passes."""

    headers: dict[str, str] = field(default_factory=dict)
    subset: list[str] | None = None
    body: bytearray = field(default_factory=bytearray)
    duplex: bool = True
    """Request bodies have to be sent back."""
    response_duplex: bool = True
    routed: bool = False
    names: tuple[str, str] | None = None
    """The model as it is sent, and as it was asked for."""
    over: bool = False


class ReferencePicker:
    """A picker on a port of 127.0.0.1; `address` is known when it has started."""

    def __init__(self, endpoints: Sequence[str]) -> None:
        self.endpoints = list(endpoints)
        self.address = ""
        self.asked = 0
        """Requests that it was asked about."""
        self._turn = 0
        self._server: Any = None

    async def start(self, port: int = 0) -> ReferencePicker:
        """Serve. Returns itself."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((_Handlers(self),))
        bound = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self.address = f"127.0.0.1:{bound}"
        await self._server.start()
        return self

    async def stop(self) -> None:
        """Cut every stream."""
        if self._server is not None:
            await self._server.stop(None)

    async def process(self, stream: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Answer the messages of one stream."""
        exchange = Exchange()
        async for message in stream:
            for answer in self.answers(exchange, message):
                yield answer
            if exchange.over:
                return

    def answers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        """Answer one message. A senseless one ends the stream."""
        kind = message.WhichOneof("request")
        handler = getattr(self, kind or "nothing", None)
        if handler is None or (kind != "request_headers" and not exchange.headers):
            exchange.over = True
            return
        try:
            yield from handler(exchange, message)
        except Refusal as refusal:
            exchange.over = True
            yield self.refuse(refusal)

    def request_headers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        """Note the headers; route what has no body."""
        self.asked += 1
        exchange.headers = ext_proc.read_headers(message.request_headers.headers)
        exchange.subset = self.subset(message.metadata_context)
        modes = message.protocol_config
        exchange.duplex = modes.request_body_mode == ext_proc.FULL_DUPLEX
        exchange.response_duplex = modes.response_body_mode == ext_proc.FULL_DUPLEX
        if message.request_headers.end_of_stream:
            yield self.route(exchange, self.choose(exchange))
        elif not exchange.duplex:
            yield ext_proc.response(request_headers={})

    def request_body(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        """Collect the body; route at its end."""
        exchange.body += message.request_body.body
        if message.request_body.end_of_stream or not exchange.duplex:
            yield from self.whole(exchange, end=True)

    def request_trailers(self, exchange: Exchange, _: Any) -> Iterator[Any]:
        """Route a body that trailers follow."""
        if not exchange.routed:
            yield from self.whole(exchange, end=False)
        yield ext_proc.response(request_trailers={})

    def response_headers(self, _: Exchange, message: Any) -> Iterator[Any]:
        """Tell the client which endpoint the gateway says it used."""
        served = self.served(message.metadata_context)
        headers = [ext_proc.header_option(SERVED, served)] if served else []
        mutation = {"set_headers": headers}
        yield ext_proc.response(response_headers={"response": {"header_mutation": mutation}})

    def response_body(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        """Send a piece on, with the model's name as the client knows it; one that is kept stays."""
        if not exchange.response_duplex:
            yield ext_proc.response(response_body={})
            return
        body = message.response_body.body
        if exchange.names:
            sent, asked = (json.dumps(name).encode() for name in exchange.names)
            body = body.replace(b'"model": ' + sent, b'"model": ' + asked)
        yield self.piece("response_body", body, end=message.response_body.end_of_stream)

    def response_trailers(self, _: Exchange, __: Any) -> Iterator[Any]:
        """Leave them as they are."""
        yield ext_proc.response(response_trailers={})

    def whole(self, exchange: Exchange, *, end: bool) -> Iterator[Any]:
        """Route a request whose body is here, and send the body behind."""
        self.read(exchange)
        answer = self.route(exchange, self.choose(exchange))
        if not exchange.duplex:
            yield ext_proc.response(
                request_body=answer.request_headers, dynamic_metadata=answer.dynamic_metadata
            )
            return
        yield answer
        yield from self.back(bytes(exchange.body), end=end)

    def back(self, body: bytes, *, end: bool) -> Iterator[Any]:
        """Send a body back in pieces."""
        for at in range(0, max(len(body), 1), _MOST_PIECE):
            last = at + _MOST_PIECE >= len(body)
            yield self.piece("request_body", body[at : at + _MOST_PIECE], end=end and last)

    def piece(self, kind: str, body: bytes, *, end: bool) -> Any:
        """Return one piece of a body."""
        streamed = {"body": body, "end_of_stream": end}
        return ext_proc.response(
            **{kind: {"response": {"body_mutation": {"streamed_response": streamed}}}}
        )

    def read(self, exchange: Exchange) -> None:
        """Read a body and rename its model. Refusal for one that makes no sense."""
        if exchange.headers.get("content-type", "").startswith("application/grpc"):
            return
        try:
            asked = json.loads(exchange.body)
        except ValueError:
            raise Refusal(400) from None
        if not isinstance(asked, dict) or not isinstance(asked.get("model"), str):
            raise Refusal(400)
        if exchange.headers.get("prefer") == "if-available":
            raise Refusal(412)
        if SHED in exchange.headers:
            raise Refusal(429, "rejected-saturated")
        other = exchange.headers.get("x-llm-d-model-name-rewrite")
        if other:
            exchange.names = (other, asked["model"])
            exchange.body = bytearray(json.dumps({**asked, "model": other}).encode())

    def choose(self, exchange: Exchange) -> list[str]:
        """Return endpoints in the order to try. Refusal when there is none."""
        selection = exchange.headers.get(SELECTION)
        if selection is not None:
            return self.by_turns([self.complete(each.strip()) for each in selection.split(",")])
        allowed = self.endpoints
        if exchange.subset is not None:
            allowed = [each for each in self.endpoints if each in exchange.subset]
        if not allowed:
            raise Refusal(503, "rejected-no-endpoints")
        return self.by_turns(allowed)

    def by_turns(self, endpoints: list[str]) -> list[str]:
        """Return endpoints in another order at each call, so that each is first in its turn."""
        self._turn += 1
        turn = self._turn % len(endpoints)
        return endpoints[turn:] + endpoints[:turn]

    def complete(self, selected: str) -> str:
        """Return the endpoint that is meant by an address or by a host alone."""
        return next((each for each in self.endpoints if each.startswith(f"{selected}:")), selected)

    def route(self, exchange: Exchange, places: Sequence[str]) -> Any:
        """Return the answer to the headers of a request that goes to these endpoints."""
        exchange.routed = True
        mutation = {
            "set_headers": [
                ext_proc.header_option(name, value)
                for name, value in self.headers(exchange, places).items()
            ],
            "remove_headers": self.removed(exchange.headers),
        }
        common = {"header_mutation": mutation, "clear_route_cache": True}
        answer = ext_proc.response(request_headers={"response": common})
        space = answer.dynamic_metadata.fields[ext_proc.LOAD_BALANCING].struct_value
        space.fields[ext_proc.DESTINATION].string_value = ",".join(places)
        return answer

    def headers(self, exchange: Exchange, places: Sequence[str]) -> dict[str, str]:
        """Return the headers to set."""
        headers = {ext_proc.DESTINATION: ",".join(places)}
        if "x-request-id" not in exchange.headers:
            headers["x-request-id"] = f"reference-{self.asked}"
        if exchange.names:
            headers["content-length"] = str(len(exchange.body))
        return headers

    def removed(self, headers: Mapping[str, str]) -> list[str]:
        """Return the names of headers that an endpoint must not see."""
        return [name for name in headers if name.startswith(_CONTROL)]

    def refuse(self, refusal: Refusal) -> Any:
        """Return the answer in place of an endpoint's."""
        headers = []
        if refusal.reason:
            headers.append(ext_proc.header_option(ext_proc.DROPPED_REASON, refusal.reason))
        return ext_proc.response(
            immediate_response={
                "status": {"code": refusal.code},
                "headers": {"set_headers": headers},
                "body": b"{}",
            }
        )

    def subset(self, context: Any) -> list[str] | None:
        """Return the endpoints that the gateway allows; None: all."""
        if ext_proc.SUBSET_HINT not in context.filter_metadata:
            return None
        fields = context.filter_metadata[ext_proc.SUBSET_HINT].fields
        if ext_proc.SUBSET not in fields:
            return None
        value = fields[ext_proc.SUBSET]
        texts = [each.string_value for each in value.list_value.values] or [value.string_value]
        return [each.strip() for text in texts for each in text.split(",") if each.strip()]

    def served(self, context: Any) -> str:
        """Return the endpoint that the gateway says it used; empty when it does not say."""
        if ext_proc.LOAD_BALANCING not in context.filter_metadata:
            return ""
        fields = context.filter_metadata[ext_proc.LOAD_BALANCING].fields
        return fields[ext_proc.SERVED].string_value if ext_proc.SERVED in fields else ""

    def serving(self, service: str) -> bool:
        """Return what health says of a service."""
        return service in _SERVICES

    def reflected(self) -> list[str]:
        """Return the services that reflection lists."""
        return [ext_proc.SERVICE]


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[misc]
    """What the server calls."""

    def __init__(self, picker: ReferencePicker) -> None:
        self._picker = picker

    def service(self, handler_call_details: Any) -> Any:
        method = handler_call_details.method
        if method == ext_proc.METHOD:
            return grpc.stream_stream_rpc_method_handler(
                self._process,
                request_deserializer=ext_proc.message("ProcessingRequest").FromString,
                response_serializer=ext_proc.message("ProcessingResponse").SerializeToString,
            )
        if method == _HEALTH:
            return grpc.unary_unary_rpc_method_handler(self._check)
        if method == _REFLECTION:
            return grpc.stream_stream_rpc_method_handler(self._reflect)
        return None

    async def _process(self, stream: AsyncIterator[Any], _: Any) -> AsyncIterator[Any]:
        async for answer in self._picker.process(stream):
            yield answer

    async def _check(self, request: bytes, context: Any) -> bytes:
        if not self._picker.serving(request[2:].decode()):
            await context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return b"\x08\x01"

    async def _reflect(self, stream: AsyncIterator[bytes], _: Any) -> AsyncIterator[bytes]:
        async for _request in stream:
            services = b"".join(_field(1, _field(1, n.encode())) for n in self._picker.reflected())
            yield _field(6, services)


def _field(number: int, content: bytes) -> bytes:
    """Return a field of a message, shorter than 128 bytes, as protobuf writes it."""
    return bytes([number << 3 | 2, len(content)]) + content
