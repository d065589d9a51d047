"""Judges whether a Gateway and its routes come into force, and whether anything is behind them.

Pure. A wait for an address is a wait on the outside; a Gateway that says it is programmed and
refuses connections is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference import status
from plimsoll.checks.ai_inference.reading import Json, Reading
from plimsoll.checks.judging import Ruling, held, undecided, violated
from plimsoll.record.facts import Observation
from plimsoll.record.reading import ObjectHistory

_NOBODY = (
    "see whether the controller of the class runs, and whether it looks at the check's namespace"
)
_REFUSED = "a plain HTTP listener on port 80 is what is asked for; choose a class that takes it"
_BALANCER = "give Gateways of this class an address: a load balancer, or a class for internal ones"
_NO_ANSWER = frozenset({"refused", "closed"})
"""How an address answers behind which nothing listens."""


def judge_programmed(reading: Reading) -> Ruling:
    """Judge whether the Gateway came into force."""
    gateway = reading.gateway()
    reached = gateway.first(status.is_programmed)
    if reached is not None:
        seconds = reached.time - gateway.events[0].time
        return held(
            f"accepted and programmed with an address {seconds:.0f} s after it was made", reached
        )
    last = _last(gateway)
    waited = reading.waited(r.PROGRAMMED, gateway.name) or reading.waited(r.ACCEPTED, gateway.name)
    accepted, programmed = (status.condition(last, kind) for kind in ("Accepted", "Programmed"))
    facts = (gateway.events[-1], waited)
    if not status.is_true(accepted):
        taken = accepted.get("status") == "False"
        because = "the Gateway was not accepted" if taken else "no controller took the Gateway"
        return undecided(
            f"{because}; Accepted: {status.said(accepted)}",
            *facts,
            next_step=_REFUSED if taken else _NOBODY,
        )
    outside = programmed.get("reason", "") in status.OUTSIDE_REASONS
    if waited is not None and not outside:
        return violated(
            f"the Gateway was accepted and not programmed within {waited.seconds:.0f} s; "
            f"Programmed: {status.said(programmed)}",
            *facts,
        )
    address = "an" if status.has_address(last) else "no"
    return undecided(
        f"the Gateway was accepted, has {address} address and is not in force; Programmed: "
        f"{status.said(programmed)}",
        *facts,
        next_step=_BALANCER,
    )


def judge_routes(reading: Reading) -> Ruling:
    """Judge whether all routes came into force."""
    reading.programmed()
    found = {name: reading.route(name) for name in r.ROUTES}
    when = {
        name: history.first(lambda body: status.is_routed(body, reading.controller))
        for name, history in found.items()
    }
    missing = [name for name, event in when.items() if event is None]
    if not missing:
        return held(
            f"all {len(found)} routes are accepted by {reading.controller} and resolved",
            *when.values(),
        )
    history = found[missing[0]]
    waited = reading.waited(r.ROUTED, history.name)
    said = "; ".join(
        f"{kind}: {status.said(status.parent_condition(_last(history), reading.controller, kind))}"
        for kind in ("Accepted", "ResolvedRefs")
    )
    because = f"{len(missing)} of {len(found)} routes did not come into force; {missing[0]}: {said}"
    facts = (history.events[-1], waited)
    if waited is None:
        return undecided(because, *facts)
    return violated(f"{because} (within {waited.seconds:.0f} s)", *facts)


def judge_before(reading: Reading) -> Ruling:
    """Judge the control: what answers while there is no route."""
    reading.programmed()
    found = reading.observed(r.BEFORE)
    if found is None:
        return undecided("nothing was asked before there were routes", reading.trial)
    answers = {key: 0 for seen in found.data["seen"].values() for key in seen}
    for seen in found.data["seen"].values():
        for key, count in seen.items():
            answers[key] += count
    served = [key for key in answers if key[:1] in {"2", "3"}]
    if served:
        return violated(
            f"without any route, requests to the Gateway are answered: {r.told(answers)}", found
        )
    return held(f"without any route nothing answers with success: {r.told(answers)}", found)


def judge_traffic(reading: Reading) -> Ruling:
    """Judge whether requests pass at all."""
    reading.programmed()
    vantage = reading.observed(r.VANTAGE)
    if vantage is None:
        return undecided("no request was sent to the Gateway", reading.trial)
    if not vantage.data["chosen"]:
        return _unreached(reading, vantage)
    reading.ready(r.GONE)
    ask = r.GONE_BEFORE
    fact, seen = reading.seen("routing", ask.name)
    if seen.all_begin(ask.answer):
        return held(
            f"reached by way of {vantage.data['chosen']}; its backend answers: {r.told(seen.last)}",
            vantage,
            fact,
        )
    because = f"a route in force was asked {seen.tries} times: {r.told(seen.answers)}"
    if any(key[:1].isdigit() for key in seen.last):
        return violated(
            because,
            vantage,
            fact,
            next_step="see the data plane's logs, and whether network policies let it reach pods",
        )
    return undecided(because, vantage, fact)


def _unreached(reading: Reading, vantage: Observation) -> Ruling:
    """Judge a programmed Gateway that answers from nowhere.

    Nothing listens there if its Service refuses inside the cluster, or if its address refuses both
    from a pod and from outside; silence can be a firewall's.
    """
    reading.direct(*r.BACKENDS)
    tries: Mapping[str, Json] = vantage.data["tries"]
    told = "; ".join(f"{name}: {r.told(seen)}" for name, seen in tries.items())
    refusing = {name for name, seen in tries.items() if seen and _NO_ANSWER.issuperset(seen)}
    seconds = vantage.data["seconds"]
    if r.SERVICE in refusing or {r.POD, r.OUTSIDE} <= refusing:
        return violated(
            f"the Gateway says that it is programmed, and for {seconds:.0f} s nothing listened "
            f"({told})",
            vantage,
            next_step="see whether the data plane's pods run and listen on the Gateway's port",
        )
    return undecided(
        f"the Gateway's address was reached from nowhere in {seconds:.0f} s ({told})",
        vantage,
        next_step="run the check where the address can be reached, or let pods reach it",
    )


def _last(history: ObjectHistory) -> Json:
    """Return the object as it was last seen before it was deleted."""
    alive = [event.object for event in history.events if event.type != "DELETED"]
    return alive[-1] if alive else history.last
