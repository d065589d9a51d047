"""From a record to findings: does a Gateway of each class route real requests as it should.

Pure. Each class that was tried is a group of findings, and one that holds is enough; a class that
was left for another run is a group that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from msgspec.structs import replace

from plimsoll.checks.ai_inference import claims as c
from plimsoll.checks.ai_inference import judge_routing as routing
from plimsoll.checks.ai_inference import judge_status as state
from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference.reading import Reading
from plimsoll.checks.judging import Ruling, held, rule
from plimsoll.record import Finding, Record
from plimsoll.record.facts import Blocked, Observation
from plimsoll.standard.verdicts import Outcome

JUDGES: dict[str, Callable[[Reading], Ruling]] = {
    c.NOTHING_WITHOUT_ROUTE: state.judge_before,
    c.PROGRAMMED: state.judge_programmed,
    c.ROUTES_ACCEPTED: state.judge_routes,
    c.TRAFFIC: state.judge_traffic,
    c.HEADERS: routing.judge_headers,
    c.WEIGHTS: routing.judge_weights,
    c.ZERO_WEIGHT: routing.judge_zero_weight,
    c.UNKNOWN_HOST: routing.judge_unknown_host,
    c.PATHS: routing.judge_paths,
    c.FLIP: routing.judge_flip,
    c.MISSING_BACKEND: routing.judge_missing_backend,
    c.GRANT: routing.judge_grant,
    c.DELETED: routing.judge_deleted,
    c.STREAM: routing.judge_stream,
    c.LARGE_BODY: routing.judge_large_body,
    c.LONG_ANSWER: routing.judge_long_answer,
    c.FROM_OUTSIDE: routing.judge_from_outside,
}


def judge(record: Record) -> Iterator[Finding]:
    """Yield the findings of ai_inference; `record` holds the facts of this requirement."""
    trials = [Reading(record, fact) for fact in record.of(Observation, subject=r.TRIAL)]
    if not trials:
        yield from _nothing_tried(record)
        return
    for reading in trials:
        judges: dict[str, Callable[[Record], Ruling]] = {
            claim: partial(_judged, judge_one, reading) for claim, judge_one in JUDGES.items()
        }
        judges[c.BACKENDS_ANSWER] = partial(_judged, _direct, reading)
        for finding in rule(c.CLAIMS, judges, reading.record):
            yield replace(finding, group=reading.group)
    yield from _left(record)


def _judged(
    judge_one: Callable[[Reading], Ruling],
    reading: Reading,
    _: Record,
) -> Ruling:
    return judge_one(reading)


def _direct(reading: Reading) -> Ruling:
    facts = reading.direct(*r.BACKENDS)
    return held(f"{len(r.BACKENDS)} backends answer through their Services", *facts)


def _left(record: Record) -> Iterator[Finding]:
    """Yield an open finding of each class that could have been tried and was not."""
    found = record.discovered(r.CLASSES)
    for name, reason in (found.found["left"] if found else {}).items():
        if not reason.startswith(r.NOT_THIS_TIME):
            continue
        for claim in c.CLAIMS:
            yield Finding(
                claim=claim.id,
                outcome=Outcome.UNDECIDED,
                because=reason,
                group=f"class {name}",
                facts=(found.sequence,) if found else (),
                next_step=f"try it with --gateway-class {name}",
            )


def _nothing_tried(record: Record) -> Iterator[Finding]:
    """Yield one undecided finding per claim that says why no class was tried."""
    blocks = record.of(Blocked)
    because, step = "discovery did not finish", "run the check again"
    if blocks:
        because, step = blocks[-1].reason, blocks[-1].next_step
    for claim in c.CLAIMS:
        yield Finding(
            claim=claim.id,
            outcome=Outcome.UNDECIDED,
            because=because,
            facts=(blocks[-1].sequence,) if blocks else (),
            next_step=step,
        )
