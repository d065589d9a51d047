"""For each case of the suite a picker that gets just that wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from plimsoll.router.conformance import messages as ext_proc
from plimsoll.router.conformance.reference import Exchange, ReferencePicker, Refusal

WRONG: dict[str, type[ReferencePicker]] = {}


def wrong_about(case: str) -> Any:
    """Register a class as the picker that a case must catch."""

    def register(picker: type[ReferencePicker]) -> type[ReferencePicker]:
        assert case not in WRONG, f"two pickers are wrong about {case}"
        WRONG[case] = picker
        return picker

    return register


@wrong_about("header-is-metadata")
class MetadataHasOneEndpoint(ReferencePicker):
    def route(self, exchange: Exchange, places: Sequence[str]) -> Any:
        answer = super().route(exchange, places)
        space = answer.dynamic_metadata.fields[ext_proc.LOAD_BALANCING].struct_value
        space.fields[ext_proc.DESTINATION].string_value = places[0]
        return answer


@wrong_about("destination-list")
class NamesHostsWithoutPorts(ReferencePicker):
    def route(self, exchange: Exchange, places: Sequence[str]) -> Any:
        return super().route(exchange, [place.rpartition(":")[0] for place in places])


@wrong_about("forged-destination")
class AddsToTheForgedDestination(ReferencePicker):
    def route(self, exchange: Exchange, places: Sequence[str]) -> Any:
        answer = super().route(exchange, places)
        for option in answer.request_headers.response.header_mutation.set_headers:
            option.append_action = 0
            option.append.value = True
        return answer


@wrong_about("subset-list")
class ReadsNoLists(ReferencePicker):
    def subset(self, context: Any) -> list[str] | None:
        fields = context.filter_metadata[ext_proc.SUBSET_HINT].fields
        text: str = fields[ext_proc.SUBSET].string_value
        return text.split(",") if text else None


@wrong_about("subset-commas")
class ReadsNoCommas(ReferencePicker):
    def subset(self, context: Any) -> list[str] | None:
        found = super().subset(context)
        return [",".join(found)] if found else found


@wrong_about("subset-empty")
class TakesAnEmptySubsetForNone(ReferencePicker):
    def subset(self, context: Any) -> list[str] | None:
        return super().subset(context) or None


@wrong_about("subset-ineligible")
class FallsBackToTheWholePool(ReferencePicker):
    def choose(self, exchange: Exchange) -> list[str]:
        try:
            return super().choose(exchange)
        except Refusal:
            return self.endpoints


@wrong_about("subset-absent")
class KnowsOneEndpointWithoutASubset(ReferencePicker):
    def choose(self, exchange: Exchange) -> list[str]:
        return self.endpoints[:1] if exchange.subset is None else super().choose(exchange)


@wrong_about("bodyless")
class WaitsForABodyForever(ReferencePicker):
    def request_headers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        message.request_headers.end_of_stream = False
        return super().request_headers(exchange, message)


@wrong_about("bodyless-no-endpoints")
class FailsWithoutABody(ReferencePicker):
    def request_headers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        try:
            yield from super().request_headers(exchange, message)
        except Refusal:
            raise Refusal(500) from None


@wrong_about("clear-route-cache")
class KeepsTheRoute(ReferencePicker):
    def route(self, exchange: Exchange, places: Sequence[str]) -> Any:
        answer = super().route(exchange, places)
        answer.request_headers.response.clear_route_cache = False
        return answer


@wrong_about("reply-withheld")
class AnswersHeadersAtOnce(ReferencePicker):
    def request_headers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        yield from super().request_headers(exchange, message)
        if not message.request_headers.end_of_stream:
            yield self.route(exchange, self.choose(exchange))


@wrong_about("body-whole")
class SendsOneLargePiece(ReferencePicker):
    def back(self, body: bytes, *, end: bool) -> Iterator[Any]:
        yield self.piece("request_body", body, end=end)


@wrong_about("body-small-pieces")
class LosesAPiece(ReferencePicker):
    def request_body(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        yield from super().request_body(exchange, message)
        if exchange.body.endswith(b"short"):
            exchange.body += b" "


@wrong_about("trailers")
class EndsTheBodyBeforeTrailers(ReferencePicker):
    def piece(self, kind: str, body: bytes, *, end: bool) -> Any:
        return super().piece(kind, body, end=end or kind == "request_body")


@wrong_about("grpc-body")
class ReadsGrpcAsJson(ReferencePicker):
    def read(self, exchange: Exchange) -> None:
        exchange.headers["content-type"] = "application/json"
        super().read(exchange)


@wrong_about("content-length")
class KeepsTheLength(ReferencePicker):
    def headers(self, exchange: Exchange, places: Sequence[str]) -> dict[str, str]:
        headers = super().headers(exchange, places)
        headers.pop("content-length", None)
        return headers


@wrong_about("control-headers")
class RemovesNewNamesAlone(ReferencePicker):
    def removed(self, headers: Mapping[str, str]) -> list[str]:
        return [name for name in headers if name.startswith("x-llm-d-")]


@wrong_about("request-id")
class GivesEveryRequestANewId(ReferencePicker):
    def headers(self, exchange: Exchange, places: Sequence[str]) -> dict[str, str]:
        return super().headers(exchange, places) | {"x-request-id": f"new-{self.asked}"}


@wrong_about("trace-context")
class BeginsATraceOfItsOwn(ReferencePicker):
    def headers(self, exchange: Exchange, places: Sequence[str]) -> dict[str, str]:
        own = f"00-{self.asked:032x}-{self.asked:016x}-01"
        return super().headers(exchange, places) | {"traceparent": own}


@wrong_about("unreadable-body")
class PassesWhatItCannotRead(ReferencePicker):
    def read(self, exchange: Exchange) -> None:
        if exchange.body.startswith(b"{") and exchange.body.endswith(b"}"):
            super().read(exchange)


@wrong_about("model-missing")
class AnswersAMissingModelWith404(ReferencePicker):
    def read(self, exchange: Exchange) -> None:
        try:
            super().read(exchange)
        except Refusal:
            raise Refusal(404) from None


@wrong_about("if-available")
class KnowsNoPreferences(ReferencePicker):
    def read(self, exchange: Exchange) -> None:
        exchange.headers.pop("prefer", None)
        super().read(exchange)


@wrong_about("shed")
class ShedsWith500(ReferencePicker):
    def refuse(self, refusal: Refusal) -> Any:
        return super().refuse(Refusal(500) if refusal.code == 429 else refusal)


@wrong_about("refusal-ends-stream")
class GoesOnAfterARefusal(ReferencePicker):
    def answers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        yield from super().answers(exchange, message)
        if exchange.over:
            yield ext_proc.response(request_headers={})


@wrong_about("response-events")
class GathersEvents(ReferencePicker):
    def response_body(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        exchange.body += message.response_body.body
        if len(exchange.body) > 1000 or message.response_body.end_of_stream:
            yield from super().response_body(exchange, message)


@wrong_about("response-whole")
class CutsLongResponses(ReferencePicker):
    def response_body(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        message.response_body.body = message.response_body.body[:40_000]
        return super().response_body(exchange, message)


@wrong_about("response-trailers")
class LeavesTrailersUnanswered(ReferencePicker):
    def response_trailers(self, _: Exchange, __: Any) -> Iterator[Any]:
        return iter(())


@wrong_about("served-feedback")
class BreaksOnFeedback(ReferencePicker):
    def response_headers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        exchange.over = bool(self.served(message.metadata_context))
        if not exchange.over:
            yield from super().response_headers(exchange, message)


@wrong_about("model-name-back")
class KeepsTheOtherName(ReferencePicker):
    def read(self, exchange: Exchange) -> None:
        super().read(exchange)
        exchange.names = exchange.names and (exchange.names[0], exchange.names[0])


@wrong_about("client-aborts")
class LeaksStreams(ReferencePicker):
    streams = 0

    async def process(self, stream: AsyncIterator[Any]) -> AsyncIterator[Any]:
        self.streams += 1
        if self.streams > 8:
            await asyncio.sleep(3600)
        routed = False
        async for answer in super().process(stream):
            routed = True
            yield answer
        self.streams -= routed


@wrong_about("senseless-stream")
class DiesOfNonsense(ReferencePicker):
    dead = False

    def answers(self, exchange: Exchange, message: Any) -> Iterator[Any]:
        first = message.WhichOneof("request") == "request_headers"
        self.dead = self.dead or not (first or exchange.headers)
        if self.dead:
            exchange.over = True
            return
        yield from super().answers(exchange, message)


@wrong_about("health")
class IsNeverReady(ReferencePicker):
    def serving(self, service: str) -> bool:
        return service != "readiness" and super().serving(service)


@wrong_about("reflection")
class ListsAnotherService(ReferencePicker):
    def reflected(self) -> list[str]:
        return ["grpc.health.v1.Health"]
