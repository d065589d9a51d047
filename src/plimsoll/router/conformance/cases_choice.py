"""Cases about the choice: which endpoints may be named, and how they are named."""

from __future__ import annotations

from plimsoll.router.conformance import messages as ext_proc
from plimsoll.router.conformance.model import Case, require
from plimsoll.router.conformance.target import Ask, Routed, Target

FORGED = "203.0.113.66:6666"
"""An address from a range for documentation: nobody's endpoint."""
UNKNOWN = "203.0.113.67:6767"


def _metadata(routed: Routed) -> str:
    fields = routed.first.dynamic_metadata.fields
    require(ext_proc.LOAD_BALANCING in fields, f"no metadata {ext_proc.LOAD_BALANCING} is set")
    space = fields[ext_proc.LOAD_BALANCING].struct_value.fields
    require(
        ext_proc.DESTINATION in space,
        f"metadata {ext_proc.LOAD_BALANCING} has no {ext_proc.DESTINATION}",
    )
    return str(space[ext_proc.DESTINATION].string_value)


async def _is_equal(target: Target) -> None:
    routed = await target.ask()
    header, metadata = ",".join(routed.places), _metadata(routed)
    require(
        [each.strip() for each in metadata.split(",")] == routed.places,
        f"the header says {header}, the metadata {metadata}",
    )


async def _is_listed(target: Target) -> None:
    places = (await target.ask()).places
    for place in places:
        host, colon, port = place.rpartition(":")
        require(host and colon and port.isdigit(), f"{place!r} is not ip:port")
    require(len(set(places)) == len(places), f"an endpoint is named twice: {places}")
    strange = set(places) - set(target.endpoints)
    require(not strange, f"{sorted(strange)} was named, but the pool has {target.endpoints}")


async def _replaces_forged(target: Target) -> None:
    routed = await target.ask(Ask(headers={ext_proc.DESTINATION: FORGED}))
    require(FORGED not in routed.places, "the client's own destination was taken over")
    for option in routed.mutation.set_headers:
        if option.header.key.lower() == ext_proc.DESTINATION:
            adds = option.append.value if option.HasField("append") else False
            plain = not option.HasField("append") and option.append_action not in {0, 2, 3}
            require(
                not adds and not plain,
                "the destination is added beside the client's, not put in its place",
            )


async def _takes_list(target: Target) -> None:
    for endpoint in target.endpoints[:2]:
        for _ in range(3):
            places = (await target.ask(Ask(subset=[endpoint]))).places
            require(places == [endpoint], f"subset [{endpoint}] led to {places}")


async def _takes_commas(target: Target) -> None:
    for endpoint in target.endpoints[:2]:
        for _ in range(3):
            places = (await target.ask(Ask(subset=f"{UNKNOWN},{endpoint}"))).places
            require(places == [endpoint], f"subset '{UNKNOWN},{endpoint}' led to {places}")


async def _refused(target: Target, ask: Ask, what: str) -> None:
    answer = (await target.ask(ask)).immediate
    code = answer.status.code
    require(code == 503, f"{what} was answered with {code}, not 503")
    reason = ext_proc.set_headers(answer.headers).get(ext_proc.DROPPED_REASON)
    require(
        reason == "rejected-no-endpoints",
        f"{what} was answered with {ext_proc.DROPPED_REASON}: {reason}",
    )


async def _empty_is_503(target: Target) -> None:
    await _refused(target, Ask(subset=[]), "an empty subset")
    await _refused(target, Ask(subset=""), "a subset without a name in it")


async def _ineligible_is_503(target: Target) -> None:
    await _refused(target, Ask(subset=[UNKNOWN]), "a subset of strangers")


async def _bodyless_is_503(target: Target) -> None:
    ask = Ask(subset=[], bodyless=True)
    await _refused(target, ask, "a request without a body, with an empty subset,")


async def _absent_is_all(target: Target) -> None:
    named = set()
    for number in range(40):
        body = target.chat(content=f"{number} different beginnings spread over a pool")
        named.update((await target.ask(Ask(pieces=[body]))).places[:1])
        if len(named) > 1:
            return
    require(len(named) > 1, f"without a subset only {sorted(named)} was ever chosen")


async def _bodyless_is_routed(target: Target) -> None:
    for endpoint in target.endpoints[:2]:
        routed = await target.ask(Ask(subset=[endpoint], bodyless=True, path="/v1/models"))
        require(routed.places == [endpoint], f"subset [{endpoint}] led to {routed.places}")
        require(_metadata(routed) == endpoint, "header and metadata differ")


async def _clears_cache(target: Target) -> None:
    routed = await target.ask()
    require(
        routed.first.request_headers.response.clear_route_cache,
        "clear_route_cache is not set, so the gateway may keep a route that no longer fits",
    )


CASES: tuple[Case[Target], ...] = (
    Case("header-is-metadata", "Pick out: header and metadata are equal", _is_equal),
    Case("destination-list", "Pick out: ip:port[,ip:port...] of the pool", _is_listed),
    Case("forged-destination", "Pick out: set, not added to the client's", _replaces_forged),
    Case("subset-list", "Subset in: list of ip:port", _takes_list),
    Case("subset-commas", "Subset in: one string with commas", _takes_commas),
    Case("subset-empty", "Subset in: empty is 503", _empty_is_503),
    Case("subset-ineligible", "Subset in: no eligible endpoint is 503", _ineligible_is_503),
    Case("subset-absent", "Subset in: absent is the whole pool", _absent_is_all),
    Case("bodyless", "Body-less request: routed at its headers", _bodyless_is_routed),
    Case("bodyless-no-endpoints", "No ready endpoints: 503, body or not", _bodyless_is_503),
    Case("clear-route-cache", "Mutations: clear_route_cache", _clears_cache),
)
