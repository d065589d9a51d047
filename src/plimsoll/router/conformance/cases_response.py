"""Cases about the response, and about the service itself."""

from __future__ import annotations

import json
from typing import Any

import grpc.aio

from plimsoll.router.conformance import messages as ext_proc
from plimsoll.router.conformance.model import Case, FailedCaseError, require
from plimsoll.router.conformance.stream import Stream, answers
from plimsoll.router.conformance.target import Ask, Target

HEALTH = "/grpc.health.v1.Health/Check"
HEALTH_SERVICES = ("liveness", "readiness", ext_proc.SERVICE, "inference-extension")
REFLECTION = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)
EVENTS = [f'data: {{"n": {number}}}\n\n'.encode() for number in range(8)] + [b"data: [DONE]\n\n"]


def _headers(kind: str) -> Any:
    headers = ext_proc.header_map({":status": "200", "content-type": kind})
    return ext_proc.request(response_headers={"headers": headers})


def _body(piece: bytes, *, end: bool = False) -> Any:
    return ext_proc.request(response_body={"body": piece, "end_of_stream": end})


async def _piece(stream: Stream) -> Any:
    (answer,) = await answers(stream, ["response_body"])
    return answer.response_body.response.body_mutation.streamed_response


async def _rest(stream: Stream) -> bytes:
    """Return what comes of a body until its end."""
    back = b""
    while True:
        piece = await _piece(stream)
        back += bytes(piece.body)
        if piece.end_of_stream:
            return back


async def _streams(target: Target) -> None:
    async with target.open(Ask(pieces=[target.chat(stream=True)])) as (stream, routed):
        require(routed.places, "the request was not routed")
        await stream.send(_headers("text/event-stream"))
        await answers(stream, ["response_headers"])
        for event in EVENTS:
            await stream.send(_body(event))
            piece = await _piece(stream)
            require(piece.body == event, f"{event!r} came back as {piece.body!r}")
            require(not piece.end_of_stream, "the response is said to end before it does")
        await stream.send(_body(b"", end=True))
        require((await _piece(stream)).end_of_stream, "the end of the response was lost")


async def _comes_back(target: Target) -> None:
    body = json.dumps({"model": target.options.model, "text": "word " * 60_000}).encode()
    async with target.open(Ask()) as (stream, routed):
        require(routed.places, "the request was not routed")
        await stream.send(_headers("application/json"))
        sent = [body[at : at + 50_000] for at in range(0, len(body), 50_000)]
        for number, each in enumerate(sent):
            await stream.send(_body(each, end=number == len(sent) - 1))
        await answers(stream, ["response_headers"])
        back = await _rest(stream)
        require(back == body, f"a response of {len(body)} bytes came back as {len(back)}")


async def _trailers(target: Target) -> None:
    trailers = ext_proc.request(
        response_trailers={"trailers": ext_proc.header_map({"grpc-status": "0"})}
    )
    async with target.open(Ask()) as (stream, routed):
        require(routed.places, "the request was not routed")
        await stream.send(_headers("application/grpc"), _body(b"bytes"))
        await answers(stream, ["response_headers"])
        require(not (await _piece(stream)).end_of_stream, "the body ends before its trailers")
        await stream.send(trailers)
        await answers(stream, ["response_trailers"])


async def _served(target: Target) -> None:
    async with target.open(Ask(response_body=ext_proc.NONE)) as (stream, routed):
        message = _headers("application/json")
        served = routed.places[-1]
        reported = ext_proc.metadata(ext_proc.LOAD_BALANCING, ext_proc.SERVED, served)
        message.metadata_context.CopyFrom(reported)
        await stream.send(message)
        await answers(stream, ["response_headers"])


async def _name_back(target: Target) -> None:
    asked, other = target.options.model, f"{target.options.model}-by-another-name"
    headers = {"x-llm-d-model-name-rewrite": other}
    async with target.open(Ask(headers=headers)) as (stream, routed):
        sent = json.loads(routed.body)["model"]
        if sent == asked:
            return
        require(sent == other, f"the model {asked}, to be sent as {other}, was sent as {sent}")
        await stream.send(
            _headers("application/json"),
            _body(json.dumps({"model": sent}).encode(), end=True),
        )
        await answers(stream, ["response_headers"])
        back = await _rest(stream)
        named = json.loads(back)["model"]
        require(named == asked, f"the client asked for {asked} and is told of {named}")


async def _aborts(target: Target) -> None:
    for _ in range(20):
        async with Stream(target.channel, target.options) as stream:
            await stream.send(target.first_message(Ask()))
        async with target.open(Ask()) as (_, routed):
            require(routed.places, "after resets the picker routes no more")


async def _nonsense(target: Target) -> None:
    async with Stream(target.channel, target.options) as stream:
        await stream.send(_body(b"x"), ext_proc.request(request_body={"body": b"y"}))
        await stream.finish()
        while await stream.next("the end of the stream") is not None:
            pass
    require((await target.ask()).places, "after a senseless stream the picker routes no more")


async def _call(target: Target, path: str, sent: bytes) -> bytes:
    call = target.channel.unary_unary(path)
    try:
        answer: bytes = await call(sent, timeout=target.options.seconds)
    except grpc.aio.AioRpcError as error:
        raise FailedCaseError(f"{error.code().name} {error.details()}") from error
    return answer


async def _health(target: Target) -> None:
    for service in HEALTH_SERVICES:
        name = service.encode()
        try:
            answer = await _call(target, HEALTH, b"\x0a" + bytes([len(name)]) + name)
        except FailedCaseError as failure:
            raise FailedCaseError(f"health of {service}: {failure}") from failure
        require(answer == b"\x08\x01", f"health of {service} is not SERVING")


async def _reflection(target: Target) -> None:
    for path in REFLECTION:
        call = target.channel.stream_stream(path)(timeout=target.options.seconds)
        try:
            await call.write(b"\x3a\x00")  # list_services
            answer = await call.read()
        except grpc.aio.AioRpcError:
            continue
        finally:
            call.cancel()
        if answer is not grpc.aio.EOF:
            require(ext_proc.SERVICE.encode() in answer, f"{ext_proc.SERVICE} is not listed")
            return
    raise FailedCaseError("neither version of the reflection service answers")


CASES: tuple[Case[Target], ...] = (
    Case("response-events", "Response: events processed and sent on one by one", _streams),
    Case("response-whole", "Response: other bodies sent on whole", _comes_back),
    Case("response-trailers", "Response: trailers answered after the body", _trailers),
    Case("served-feedback", "Served: metadata of the response phase is taken", _served),
    Case("model-name-back", "Response: model name rewritten back", _name_back),
    Case("client-aborts", "Life cycle: a client's abort ends one stream only", _aborts),
    Case("senseless-stream", "Life cycle: what makes no sense ends one stream only", _nonsense),
    Case("health", "Health: the services that gateways ask for", _health),
    Case("reflection", "Transport: reflection lists the service", _reflection),
)
