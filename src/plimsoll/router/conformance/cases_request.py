"""Cases about the request: its body on the way through, its headers, and why it is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from secrets import token_hex

from plimsoll.router.conformance import messages as ext_proc
from plimsoll.router.conformance.model import Case, SkippedCaseError, require
from plimsoll.router.conformance.stream import Stream, answers
from plimsoll.router.conformance.target import Ask, Routed, Target

MOST_PIECE = 64 * 1024
"""No message to a gateway may have more of a body than this."""
QUIET = 0.3
"""Seconds of silence that are taken for silence."""
CONTROL = (
    "x-llm-d-inference-fairness-id",
    "x-llm-d-inference-objective",
    "x-llm-d-model-name-rewrite",
    "x-llm-d-slo-ttft-ms",
    "x-llm-d-slo-tpot-ms",
    "x-llm-d-video-fps",
    "x-llm-d-video-duration-seconds",
    "x-llm-d-video-resolution",
    "x-gateway-inference-fairness-id",
    "x-gateway-inference-objective",
    "x-slo-ttft-ms",
    "x-slo-tpot-ms",
)
TRACE = "0af7651916cd43dd8448eb211c80319c"
"""The trace that a client's request belongs to."""


async def _waits_for_body(target: Target) -> None:
    body = target.chat()
    async with Stream(target.channel, target.options) as stream:
        await stream.send(
            target.first_message(Ask()),
            ext_proc.request(request_body={"body": body[:20]}),
        )
        require(await stream.silent(QUIET), "an answer came before the end of the body")
        end = {"body": body[20:], "end_of_stream": True}
        await stream.send(ext_proc.request(request_body=end))
        await answers(stream, ["request_headers", "request_body"])


async def _comes_back_whole(target: Target) -> None:
    body = target.chat(content="word " * 200_000)
    sent = [body[at : at + 60_000] for at in range(0, len(body), 60_000)]
    routed = await target.ask(Ask(pieces=sent))
    _is_whole(routed, body, "a body of 1 MB")
    longest = max(len(piece.body) for piece in routed.pieces)
    require(longest <= MOST_PIECE, f"a piece has {longest} bytes, above the gateway's limit")


async def _small_pieces(target: Target) -> None:
    body = target.chat(content="short")
    _is_whole(await target.ask(Ask(pieces=[bytes([each]) for each in body])), body, "single bytes")


def _is_whole(routed: Routed, body: bytes, what: str) -> None:
    require(
        routed.kinds() == ["request_headers"] + ["request_body"] * len(routed.pieces),
        f"{what} came back in the order {routed.kinds()}",
    )
    require(routed.body == body, f"{what} of {len(body)} bytes came back as {len(routed.body)}")
    ends = [piece.end_of_stream for piece in routed.pieces]
    require(ends == [False] * (len(ends) - 1) + [True], "not the last piece alone ends the body")


async def _trailers(target: Target) -> None:
    body = target.chat()
    routed = await target.ask(Ask(pieces=[body], trailers={"x-sum": "1"}))
    kinds = list(dict.fromkeys(routed.kinds()))
    expected = ["request_headers", "request_body", "request_trailers"]
    require(kinds == expected, f"the answers came in the order {kinds}")
    require(routed.body == body, "the body in front of the trailers is not the client's")
    require(
        not any(piece.end_of_stream for piece in routed.pieces),
        "the body is said to end, though trailers follow",
    )


async def _grpc(target: Target) -> None:
    body = b"\x00\x00\x00\x00\x05\x0a\x03\xff\x00m" + bytes(range(256)) * 300
    headers = {"content-type": "application/grpc", "te": "trailers"}
    path = "/vllm.grpc.engine.VllmEngine/Generate"
    ask = Ask(headers=headers, path=path, pieces=[body[:100], body[100:]])
    _is_whole(await target.ask(ask), body, "a gRPC body")


async def _length(target: Target) -> None:
    rewrite = {"x-llm-d-model-name-rewrite": f"{target.options.model}-by-another-name"}
    body = target.chat()
    headers: Sequence[tuple[str, str]]
    for headers in ((), tuple(rewrite.items())):
        ask = Ask(headers=[*headers, ("content-length", str(len(body)))], pieces=[body])
        routed = await target.ask(ask)
        said = ext_proc.set_headers(routed.mutation).get("content-length")
        removed = "content-length" in [each.lower() for each in routed.mutation.remove_headers]
        length = len(routed.body)
        fits = said == str(length) or (said is None and (removed or length == len(body)))
        require(fits, f"{length} bytes are sent on with content-length {said or len(body)}")


async def _control_headers(target: Target) -> None:
    routed = await target.ask(Ask(headers=dict.fromkeys(CONTROL, "7")))
    removed = {each.lower() for each in routed.mutation.remove_headers}
    left = [name for name in CONTROL if name not in removed]
    require(not left, f"endpoints would see {', '.join(left)}")


async def _request_id(target: Target) -> None:
    set_headers = ext_proc.set_headers((await target.ask()).mutation)
    require(set_headers.get("x-request-id"), "a request without x-request-id was given none")
    with_id = await target.ask(Ask(headers={"x-request-id": "conformance-1"}))
    kept = ext_proc.set_headers(with_id.mutation).get("x-request-id", "conformance-1")
    require(kept == "conformance-1", f"x-request-id conformance-1 became {kept}")


async def _trace(target: Target) -> None:
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "vendor=1"}
    mutation = (await target.ask(Ask(headers=sent))).mutation
    parent = ext_proc.set_headers(mutation).get("traceparent", sent["traceparent"])
    require(parent.split("-")[1:2] == [TRACE], f"the trace {TRACE} goes on as {parent}")
    removed = sorted(set(sent) & {each.lower() for each in mutation.remove_headers})
    require(not removed, f"endpoints would not see {', '.join(removed)}")


async def _code(target: Target, ask: Ask, what: str, expected: int) -> None:
    code = (await target.ask(ask)).immediate.status.code
    require(code == expected, f"{what} was answered with {code}, not {expected}")


async def _unreadable(target: Target) -> None:
    for body in (b'{"model": "m", "messages": [', b"not json", b"[1, 2]"):
        await _code(target, Ask(pieces=[body]), f"the body {body.decode()}", 400)


async def _no_model(target: Target) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "hello"}]}).encode()
    await _code(target, Ask(pieces=[body]), "a body without a model", 400)


async def _if_available(target: Target) -> None:
    body = target.chat(content=token_hex(4000))
    ask = Ask(headers={"prefer": "if-available"}, pieces=[body])
    await _code(target, ask, "a prompt that no endpoint holds, with Prefer: if-available,", 412)


async def _shed(target: Target) -> None:
    if not target.options.shed_headers:
        raise SkippedCaseError("it was not said with which header this picker sheds a request")
    ask = Ask(headers=target.options.shed_headers)
    answer = (await target.ask(ask)).immediate
    reason = ext_proc.set_headers(answer.headers).get(ext_proc.DROPPED_REASON)
    require(answer.status.code == 429, f"shed with {answer.status.code}, not 429")
    require(reason == "rejected-saturated", f"shed with {ext_proc.DROPPED_REASON}: {reason}")


async def _refusal_ends(target: Target) -> None:
    async with target.open(Ask(pieces=[b"not json"])) as (stream, routed):
        require(routed.immediate.status.code, "the refusal has no status")
        await stream.finish()
        more = await stream.next("the end of the stream")
        require(more is None, "something came after an immediate response")
        status = await stream.status()
        require(status == "OK", f"after an immediate response the stream ended with {status}")


CASES: tuple[Case[Target], ...] = (
    Case("reply-withheld", "Mutations: no header reply before the body has ended", _waits_for_body),
    Case("body-whole", "Mutations: body echoed in pieces below the cap", _comes_back_whole),
    Case("body-small-pieces", "Mutations: chunked body echoed", _small_pieces),
    Case("trailers", "Mutations: order headers, body, trailers", _trailers),
    Case("grpc-body", "Parsers: h2c gRPC bodies pass", _grpc),
    Case("content-length", "Mutations: Content-Length fits the body", _length),
    Case("control-headers", "Request control headers are removed", _control_headers),
    Case("request-id", "Mutations: x-request-id generated when missing", _request_id),
    Case("trace-context", "Mutations: trace headers keep the client's trace", _trace),
    Case("unreadable-body", "Client errors: unparsable body 400", _unreadable),
    Case("model-missing", "Client errors: model missing 400", _no_model),
    Case("if-available", "Client errors: Prefer: if-available miss 412", _if_available),
    Case("shed", "Shed: 429 rejected-saturated", _shed),
    Case("refusal-ends-stream", "Errors: one ImmediateResponse, then the end", _refusal_ends),
)
