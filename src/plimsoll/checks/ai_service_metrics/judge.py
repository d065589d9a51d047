"""Judges `ai_service_metrics`: what the monitoring answered beside what was counted.

Pure. Monitoring is in charge of our service once it answered with its series, or says itself that
it collects the pod; only then can it fail. Monitoring that is younger than the run never counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from plimsoll.checks.ai_service_metrics.claims import CLAIMS
from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    held,
    is_ready,
    late,
    not_applicable,
    pod,
    probe,
    rule,
    timeout,
    undecided,
    violated,
)
from plimsoll.record import Finding, Record
from plimsoll.record.facts import Observation, ProbeResult

Json = dict[str, Any]

_FORMATS = ("text/plain", "application/openmetrics-text")
_IN_FLIGHT = 30
"""Seconds by which the last sample may seem younger than the end of the service."""


def judge(record: Record) -> Iterator[Finding]:
    """Yield exactly one finding per claim."""
    judges: dict[str, Callable[[Record], Ruling]] = {
        "service-answers-directly": _answers_directly,
        "service-metrics-collected": _collected,
        "count-exact-after-first-requests": lambda found: _exact(found, "first"),
        "count-exact-after-more-requests": lambda found: _exact(found, "more"),
        "training-metrics-collected": _training,
        "stopped-service-ages-out": _ages_out,
        "not-opted-in-is-left-alone": _left_alone,
    }
    yield from rule(CLAIMS, judges, record)


# ---- what the facts say


def _asked(record: Record, step: str) -> Observation | None:
    """Return what the monitoring answered last in a step."""
    facts = [fact for fact in record.of(Observation, subject="asked") if fact.data["step"] == step]
    return facts[-1] if facts else None


def _direct(record: Record, role: str) -> ProbeResult:
    """Return what a workload itself said in a step; undecided where it was not read."""
    fact = probe(record, role)
    if fact is not None and fact.data["value"] is not None:
        return fact
    said = f": {fact.data['error'] or fact.data['status']}" if fact else ""
    raise SettledEarly(
        undecided(
            f"the counter could not be read directly{said}",
            fact,
            late(record),
            next_step="see whether pods of one namespace reach each other",
        )
    )


def _since(record: Record, at: str) -> None:
    """Settle the matter where the monitoring at an address came with the run."""
    found = record.discovered("monitoring")
    began = record.of(Observation, subject="run-began")
    start = str(began[0].data["at"]) if began else ""
    if found is None:
        raise SettledEarly(undecided("no monitoring was looked for"))
    for backend in found.found["backends"]:
        made = [time for time in backend["made"] if time]
        if backend["at"] == at and start and made and max(made) >= start:
            raise SettledEarly(
                undecided(
                    f"{backend['title']} at {at} was made at {max(made)}, and the run began at "
                    f"{start}: it says nothing about the platform",
                    found,
                    began[0],
                    next_step="run the check again; what exists before a run counts",
                )
            )


def _arrived(record: Record) -> Observation:
    """Return the answer with which our service first showed; settle the matter where it did not."""
    fact = _asked(record, "arrives")
    if fact is None:
        raise SettledEarly(undecided("the monitoring was not asked"))
    _since(record, fact.data["at"])
    if not fact.data["reached"]:
        raise SettledEarly(undecided("the monitoring did not collect the service at all", fact))
    return fact


def _named(record: Record, at: str) -> str:
    """Return title, version and place of the monitoring at an address."""
    found = record.discovered("monitoring")
    backends = found.found["backends"] if found else []
    mine: Json = next((one for one in backends if one["at"] == at), {})
    version = f" {mine['version']}" if mine.get("version") else ""
    return f"{mine.get('title', 'the monitoring')}{version} at {at}"


def _ways(record: Record) -> Json:
    found = record.discovered("opting-in")
    return found.found if found else {"used": [], "not_possible": []}


# ---- the claims


def _answers_directly(record: Record) -> Ruling:
    fact = probe(record, "more") or probe(record, "first") or _direct(record, "before")
    fact = fact if fact.data["value"] is not None else _direct(record, fact.role)
    if not fact.data["content_type"].startswith(_FORMATS):
        return violated(
            f"the service answered as {fact.data['content_type'] or 'no type'}, which is no "
            "standard format",
            fact,
            next_step="something between the pods changes what they answer; look for a proxy",
        )
    return held(
        f"read directly as {fact.data['content_type'].partition(';')[0]}, the service counts "
        f"{fact.data['value']:.0f}",
        fact,
    )


def _collected(record: Record) -> Ruling:
    _direct(record, "before")
    fact = _asked(record, "arrives")
    if fact is None:
        return undecided("the monitoring was not asked")
    _since(record, fact.data["at"])
    if fact.data["reached"]:
        return held(
            f"{_named(record, fact.data['at'])} answers with the service's counter "
            f"{fact.data['seconds']:.0f} s after it ran, {fact.data['series']} series; opted in by "
            f"{', '.join(_ways(record)['used'])}",
            fact,
        )
    return _not_collected(record, fact)


def _not_collected(record: Record, fact: Observation) -> Ruling:
    """Judge a service that never showed, by what the monitoring says of its pod."""
    charges = record.of(Observation, subject="charge")
    known = next((each for each in charges if each.data.get("up") is not None), None)
    seconds = f"{fact.data['seconds']:.0f} s"
    if known is None:
        return _not_in_charge(record, fact, seconds)
    place = _named(record, known.data["at"])
    _since(record, known.data["at"])
    if known.data["up"] == 0:
        return violated(
            f"{place} knows the service's pod and could not read it for {seconds} (up is 0), while "
            "another pod read it",
            fact,
            known,
            next_step="see its target's last error; a network policy may keep it out",
        )
    if record.run.options.get("metric_name"):
        return violated(
            f"{place} collects the service's pod (up is 1) and after {seconds} answers nothing for "
            f"{fact.data['query']}",
            fact,
            known,
            next_step="see which metrics it drops",
        )
    return undecided(
        f"{place} collects the service's pod (up is 1) and after {seconds} keeps nothing of its "
        "counter; it may drop names that it does not know",
        fact,
        known,
        next_step="give the name of a counter that it keeps with --metric-name",
    )


def _not_in_charge(record: Record, fact: Observation, seconds: str) -> Ruling:
    ways = _ways(record)
    others = list(record.of(Observation, subject="charge"))
    targets = max((each.data.get("other_targets") or 0 for each in others), default=0)
    alive = f"; it collects {targets:.0f} other targets" if targets else ""
    refused = (
        f"; not possible here: {'; '.join(ways['not_possible'])}" if ways["not_possible"] else ""
    )
    error = f"; it said: {fact.data['error']}" if fact.data["error"] else ""
    return undecided(
        f"{_named(record, fact.data['at'])} did not discover the service within {seconds}, which "
        f"opted in by {', '.join(ways['used']) or 'no way'}{refused}{alive}{error}",
        fact,
        *others,
        next_step="let the monitoring collect pods that opt in by annotations or a PodMonitor, or "
        "give the labels that it asks for with --label",
    )


def _exact(record: Record, step: str) -> Ruling:
    arrived = _arrived(record)
    direct = _direct(record, step)
    fact = _asked(record, step)
    if fact is None:
        return undecided("the monitoring was not asked after the requests", arrived)
    expected = fact.data["expected"]
    if direct.data["answered"] != direct.data["sent"] or direct.data["value"] != expected:
        return undecided(
            f"{direct.data['answered']} of {direct.data['sent']} requests were answered and the "
            f"service counts {direct.data['value']:.0f}, where {expected} was expected",
            direct,
            next_step="run the check again; pods of one namespace must reach each other",
        )
    return _compared(record, fact, direct, f"after {expected} requests")


def _training(record: Record) -> Ruling:
    arrived = _arrived(record)
    fact = _asked(record, "training")
    if fact is None:
        return undecided("the training's pod was not seen running", timeout(record, "job-pod"))
    direct = _direct(record, "training")
    if direct.data["value"] != fact.data["expected"]:
        return undecided(
            f"the training made {direct.data['value']:.0f} of {fact.data['expected']} steps",
            direct,
        )
    if fact.data["value"] is None:
        return violated(
            f"{_named(record, fact.data['at'])} collected the service and in "
            f"{fact.data['seconds']:.0f} s nothing of the training Job, which opted in likewise",
            fact,
            direct,
            arrived,
            next_step="see whether it discovers the pods of Jobs",
        )
    return _compared(record, fact, direct, f"after {fact.data['expected']} steps")


def _compared(record: Record, fact: Observation, direct: ProbeResult, when: str) -> Ruling:
    """Compare an answer with what the workload itself counts."""
    place, value, expected = (
        _named(record, fact.data["at"]),
        fact.data["value"],
        fact.data["expected"],
    )
    if fact.data["reached"] and value == expected:
        return held(
            f"{when} {place} answers {value:.0f}, {fact.data['seconds']:.0f} s later", fact, direct
        )
    if fact.data["error"]:
        return undecided(f"{when} {place} stopped answering: {fact.data['error']}", fact)
    if value is None:
        said = "nothing any more"
    else:
        age = fact.data["age"]
        said = f"{value:.0f}" + (f", sampled {age:.0f} s before" if age is not None else "")
    return violated(
        f"{when} the service counts {direct.data['value']:.0f}, and for "
        f"{fact.data['seconds']:.0f} s {place} answers {said}",
        fact,
        direct,
        next_step="see what stands between it and the pod: a cache, a proxy, a scrape that stopped",
    )


def _ages_out(record: Record) -> Ruling:
    arrived = _arrived(record)
    fact = _asked(record, "gone")
    if fact is None:
        return undecided("the service was not seen to go", arrived)
    place, seconds, age = _named(record, fact.data["at"]), fact.data["seconds"], fact.data["age"]
    if fact.data["reached"]:
        return held(f"{place} answers nothing for it {seconds:.0f} s after it went", fact, arrived)
    if fact.data["error"] or age is None:
        return undecided(f"{place} could not be asked: {fact.data['error']}", fact)
    if age + _IN_FLIGHT < seconds:
        return violated(
            f"{seconds:.0f} s after the service went {place} has a sample of it that is "
            f"{age:.0f} s old",
            fact,
            next_step="see what still answers in its place",
        )
    return held(
        f"{place} still answers with its last sample, taken before it went; no newer one came in "
        f"{seconds:.0f} s",
        fact,
    )


def _left_alone(record: Record) -> Ruling:
    arrived = _arrived(record)
    fact, silent = _asked(record, "silent"), pod(record, "silent")
    ready = silent.first(is_ready) if silent else None
    if fact is None or ready is None:
        return undecided("the service that did not opt in was not seen running", fact)
    if fact.data["error"]:
        return undecided(f"the monitoring could not be asked: {fact.data['error']}", fact)
    place = _named(record, fact.data["at"])
    if fact.data["series"]:
        return not_applicable(
            f"{place} collects everything, also a service that did not opt in", fact
        )
    waited = fact.time - ready.time
    if waited < arrived.data["seconds"]:
        return undecided(
            f"it ran for {waited:.0f} s only; the other showed after {arrived.data['seconds']:.0f}",
            fact,
            ready,
        )
    return held(
        f"{place} answers nothing for it after {waited:.0f} s; the one that opted in showed after "
        f"{arrived.data['seconds']:.0f} s",
        fact,
        arrived,
    )
