"""Judges what answers requests whose routes are in force: rules, weights, errors, streaming.

Pure. An answer by the wrong backend, or success where there must be none, is a counter-example; a
request without any answer decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference import status
from plimsoll.checks.ai_inference.binomial import limits
from plimsoll.checks.ai_inference.reading import Json, Reading
from plimsoll.checks.judging import (
    Ruling,
    held,
    not_exercised,
    undecided,
    violated,
)
from plimsoll.record.facts import ProbeResult

_FEW = 0.01
"""Share of requests without an answer of ours from which a split is not judged."""
_BUFFERED, _STREAMED = 0.2, 0.5
"""Of the time that the direct answer is spread over: less is held back, more is streamed."""


def judge_headers(reading: Reading) -> Ruling:
    """Judge whether headers decide."""
    reading.ready(r.RULES)
    return _asked(reading, r.HEADER_ASKS)


def judge_paths(reading: Reading) -> Ruling:
    """Judge whether hosts and paths decide, with the standard's precedence."""
    reading.ready(r.RULES, r.HOSTS)
    return _asked(reading, r.PATH_ASKS)


def judge_unknown_host(reading: Reading) -> Ruling:
    """Judge what a host gets that no route names."""
    reading.ready(r.RULES)
    before = reading.observed(r.BEFORE)
    ruling = _asked(reading, (r.UNKNOWN_HOST,))
    if before is not None and before.data["shared"] and ruling.outcome.value == "violated":
        return undecided(
            f"{ruling.because}; the Gateway's address is shared with others, whose routes may "
            "answer",
            before,
            next_step="name a class whose Gateways have addresses of their own: --gateway-class",
        )
    if ruling.outcome.value == "held":
        fact, control = reading.seen("routing", r.GONE_BEFORE.name)
        if not control.all_begin(r.GONE_BEFORE.answer):
            return undecided("no route answered, so a refusal tells nothing", fact)
    return ruling


def judge_weights(reading: Reading) -> Ruling:
    """Judge the split of 90 and 10."""
    reading.ready(r.SPLIT)
    fact, seen = reading.seen("split", "split")
    hits = {backend: seen.answers.get(f"200 {backend}", 0) for backend in r.BACKENDS}
    answered = sum(hits.values())
    counted = f"{seen.tries} requests: {r.told(seen.answers)}"
    if seen.tries < r.SPLIT_REQUESTS or answered < seen.tries * (1 - _FEW):
        return undecided(f"too few requests were answered by the backends; {counted}", fact)
    low, high = limits(answered, r.SPLIT_WEIGHTS["b"], sum(r.SPLIT_WEIGHTS.values()))
    told = f"{counted}; weight 10 of 100 allows {low} to {high} for backend b (99.99 %)"
    if low <= hits["b"] <= high:
        return held(told, fact)
    return violated(told, fact)


def judge_zero_weight(reading: Reading) -> Ruling:
    """Judge the split of 100 and 0."""
    reading.ready(r.WHOLE)
    fact, seen = reading.seen("whole", "whole")
    if seen.answers.get("200 b"):
        return violated(f"weight 0 got requests: {r.told(seen.answers)}", fact)
    control, elsewhere = reading.seen("routing", r.PATH_ASKS[-1].name)
    if not elsewhere.all_begin("200 b"):
        return undecided("backend b was not reached by other routes either", control, fact)
    if seen.answers.get("200 a", 0) < r.WHOLE_REQUESTS * (1 - _FEW):
        return undecided(f"too few requests were answered: {r.told(seen.answers)}", fact)
    return held(f"weights 100 and 0: {r.told(seen.answers)}", control, fact)


def judge_flip(reading: Reading) -> Ruling:
    """Judge what requests got while weights were turned."""
    reading.ready(r.WHOLE)
    turned = reading.observed("gateway-flip")
    fact, seen = reading.seen("flip", "flip")
    if turned is None:
        return undecided("the weights were not turned under traffic", fact)
    lost = {key: n for key, n in seen.answers.items() if key[:1].isdigit() and key[:3] != "200"}
    if lost:
        return violated(
            f"of {seen.tries} requests while weights were turned some were lost: {r.told(lost)}",
            fact,
            turned,
        )
    if not seen.all_begin(turned.data["after"]):
        return violated(
            f"{seen.seconds:.0f} s of requests did not end at the new weights: "
            f"{r.told(seen.answers)}",
            fact,
            turned,
        )
    after, counted = reading.seen("flipped", "flipped")
    if counted.answers.get(turned.data["before"]):
        return violated(
            f"after the change weight 0 still got requests: {r.told(counted.answers)}", after
        )
    broken = {key: n for key, n in seen.answers.items() if not key[:1].isdigit()}
    if broken:
        return undecided(
            f"{sum(broken.values())} of {seen.tries} requests got no answer while weights were "
            f"turned: {r.told(broken)}",
            fact,
        )
    return held(
        f"{seen.tries} requests while weights were turned: {r.told(seen.answers)}; then "
        f"{r.told(counted.answers)}",
        fact,
        after,
    )


def judge_missing_backend(reading: Reading) -> Ruling:
    """Judge a route to a Service that does not exist."""
    reading.ready(r.RULES)
    fact, seen = reading.seen("routing", r.MISSING_ASK.name)
    route = reading.route(r.MISSING)
    said = route.first(lambda body: _unresolved(body, reading.controller))
    if seen.served():
        return violated(f"a route to a missing backend was served: {r.told(seen.answers)}", fact)
    if said is None:
        return violated(
            "the route to a missing backend never said ResolvedRefs=False", route.events[-1], fact
        )
    if seen.all_begin("5"):
        return held(f"ResolvedRefs=False, and {r.told(seen.last)}", said, fact)
    if any(key[:1].isdigit() for key in seen.last):
        return violated(
            f"a route to a missing backend must answer with a server error: {r.told(seen.last)}",
            fact,
        )
    return undecided(f"no answer: {r.told(seen.answers)}", fact)


def judge_grant(reading: Reading) -> Ruling:
    """Judge a backend in another namespace, without and with its namespace's grant."""
    reading.ready(backends=(*r.BACKENDS, r.OTHER))
    first, early = reading.seen("routing", r.UNGRANTED_ASK.name)
    again, late = reading.seen("ungranted", r.UNGRANTED_ASK.name)
    for fact, seen in ((first, early), (again, late)):
        if seen.served():
            return violated(
                f"without a grant the backend next door was reached: {r.told(seen.answers)}", fact
            )
    control, granted = reading.seen("grant", r.GRANTED_ASK.name)
    if not granted.all_begin(r.GRANTED_ASK.answer):
        return undecided(
            f"with a grant the backend next door was not reached either: {r.told(granted.answers)}",
            control,
        )
    if not all(key[:1].isdigit() for key in late.last):
        return undecided(f"without a grant there was no answer: {r.told(late.answers)}", again)
    return held(
        f"without a grant {r.told(late.last)}, with one {r.told(granted.last)}", again, control
    )


def judge_deleted(reading: Reading) -> Ruling:
    """Judge a route before and after it was deleted."""
    reading.ready(r.GONE)
    before, served = reading.seen("routing", r.GONE_BEFORE.name)
    if not served.all_begin(r.GONE_BEFORE.answer):
        return undecided(f"the route did not answer before: {r.told(served.answers)}", before)
    fact, seen = reading.seen("deletion", r.GONE_AFTER.name)
    if seen.all_begin(r.GONE_AFTER.answer):
        return held(f"not found {seen.seconds:.1f} s after the route was deleted", before, fact)
    if any(key[:1] in {"2", "3"} for key in seen.last):
        return violated(
            f"{seen.seconds:.0f} s after the route was deleted: {r.told(seen.last)}", fact
        )
    return undecided(f"after the route was deleted: {r.told(seen.last)}", fact)


def judge_stream(reading: Reading) -> Ruling:
    """Judge whether an answer in parts arrives in parts."""
    through, direct, facts = _both_ways(reading, "streams", "stream")
    spread = through["last"] - through["first"]
    apart = direct["last"] - direct["first"]
    if apart < 1:
        return undecided("the answer does not come in parts without the Gateway either", *facts)
    if through["error"] or through["bytes"] != direct["bytes"]:
        return undecided(
            f"the answer did not come whole: {through['bytes']} of {direct['bytes']} bytes, "
            f"{through['error'] or through['status']}",
            *facts,
        )
    told = (
        f"first byte after {through['first']:.1f} s, last after {through['last']:.1f} s; without "
        f"the Gateway {direct['first']:.1f} s and {direct['last']:.1f} s"
    )
    if spread >= apart * _STREAMED:
        return held(told, *facts)
    if spread < apart * _BUFFERED:
        return violated(told, *facts, next_step="turn off buffering of answers for such routes")
    return undecided(told, *facts)


def judge_large_body(reading: Reading) -> Ruling:
    """Judge a large request."""
    reading.ready(r.HOSTS)
    fact, seen = reading.seen("streams", "large")
    sent = reading.observed("gateway-body")
    size = (sent.data["bytes"] if sent else 0) / 2**20
    if seen.all_begin("200 b"):
        return held(f"a body of {size:.0f} MB passed in {seen.seconds:.1f} s", fact)
    return violated(f"a body of {size:.0f} MB: {r.told(seen.answers)}", fact)


def judge_long_answer(reading: Reading) -> Ruling:
    """Judge an answer that goes on for long."""
    through, direct, facts = _both_ways(reading, "long", "long")
    told = f"{through['bytes']} of {direct['bytes']} bytes in {through['last']:.0f} s"
    if direct["error"] or not direct["bytes"]:
        return undecided("the long answer did not come without the Gateway either", *facts)
    if through["bytes"] == direct["bytes"] and not through["error"]:
        return held(told, *facts)
    return violated(f"{told}, then {through['error'] or 'the end'}", *facts)


def judge_from_outside(reading: Reading) -> Ruling:
    """Judge what the machine that runs the check sees."""
    reading.ready(r.RULES)
    fact, seen = reading.seen("outside", "outside")
    right = sum(seen.answers.get(f"200 {backend}", 0) for backend in r.BACKENDS)
    told = f"{seen.tries} requests from the machine that runs the check: {r.told(seen.answers)}"
    return held(told, fact) if right == seen.tries else not_exercised(told, fact)


def _asked(reading: Reading, asks: Sequence[r.Ask]) -> Ruling:
    """Judge requests each of which must in the end be answered as its rule says."""
    facts: list[ProbeResult] = []
    wrong: list[str] = []
    unclear: list[str] = []
    for ask in asks:
        fact, seen = reading.seen("routing", ask.name)
        facts.append(fact)
        if seen.all_begin(ask.answer):
            continue
        told = f"{ask.words}: {r.told(seen.last)} instead of {_expected(ask)}"
        (wrong if _counts(ask, seen) else unclear).append(told)
    if wrong:
        return violated("; ".join(wrong), *facts[:1])
    if unclear:
        return undecided("; ".join(unclear), *facts[:1])
    rights = "; ".join(f"{ask.words}: {_expected(ask)}" for ask in asks)
    return held(f"each {r.STEADY} times in a row: {rights}", *facts[:1])


def _counts(ask: r.Ask, seen: r.Seen) -> bool:
    """Tell whether wrong answers count: any at all, or where none may be, only success."""
    if ask.answer == r.NOT_FOUND:
        return any(key[:1] in {"2", "3"} for key in seen.last)
    return any(key[:1].isdigit() and not key.startswith(ask.answer) for key in seen.last)


def _expected(ask: r.Ask) -> str:
    backend = ask.answer.partition(" ")[2]
    return f"backend {backend}" if backend else "404"


def _unresolved(body: Json, controller: str) -> bool:
    return status.parent_condition(body, controller, "ResolvedRefs").get("status") == "False"


def _both_ways(
    reading: Reading, step: str, name: str
) -> tuple[Json, Json, tuple[ProbeResult, ProbeResult]]:
    """Return what came through the Gateway and what came without it."""
    reading.ready(r.HOSTS)
    through, direct = reading.fact(step), reading.fact(f"{step}-direct")
    if through is None or direct is None:
        raise reading.not_sent(name)
    return through.data[name], direct.data[name], (direct, through)
