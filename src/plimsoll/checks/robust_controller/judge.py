"""Judges `robust_controller`, operator by operator: one that holds is enough.

Pure. An operator's failure counts only after it was seen to manage our object; a refusal counts
only beside the same object, put right, that is accepted. What is installed but cannot be driven is
undecided by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from msgspec.structs import replace

from plimsoll.checks.judging import Ruling, held, rule, undecided, violated
from plimsoll.checks.robust_controller.claims import CLAIMS
from plimsoll.checks.robust_controller.judge_life import LIFE_JUDGES
from plimsoll.checks.robust_controller.judge_webhook import WEBHOOK_JUDGES
from plimsoll.checks.robust_controller.sightings import Sightings
from plimsoll.record import Finding, Record

Judge = Callable[[Sightings], Ruling]


def judge(record: Record) -> Iterator[Finding]:
    """Yield one finding per claim and operator; without any operator one per claim."""
    listed = record.discovered("operators")
    found = listed.found if listed else {}
    names: list[str] = found.get("found", [])
    others: list[Mapping[str, str]] = found.get("without_adapter", [])
    if not names and not others:
        yield from rule(CLAIMS, {claim.id: _nothing for claim in CLAIMS}, record)
        return
    for name in names:
        yield from _operator(record, name)
    for other in others:
        judged = partial(_without_adapter, other["name"], other["why"])
        for finding in rule(CLAIMS, {claim.id: judged for claim in CLAIMS}, record):
            yield replace(finding, group=other["name"])


def _operator(record: Record, name: str) -> Iterator[Finding]:
    about = record.discovered(f"operator {name}")
    if about is None:
        judged = partial(_unread, name)
        for finding in rule(CLAIMS, {claim.id: judged for claim in CLAIMS}, record):
            yield replace(finding, group=name)
        return
    seen = Sightings(record, about)
    judges: dict[str, Judge] = {
        "operator-pods-run": _pods_run,
        "kind-is-established": _kind_is_established,
        **WEBHOOK_JUDGES,
        **LIFE_JUDGES,
    }
    bound = {claim: _bound(function, seen) for claim, function in judges.items()}
    group = f"{seen.title} {about.found['version']}".strip()
    for finding in rule(CLAIMS, bound, record):
        yield replace(finding, group=group)


def _bound(function: Judge, seen: Sightings) -> Callable[[Record], Ruling]:
    return lambda _: function(seen)


def _nothing(record: Record) -> Ruling:
    listed = record.discovered("operators")
    if listed is None:
        return undecided("discovery did not finish", next_step="run the check again")
    return undecided("no AI operator was found", listed, next_step="install one")


def _unread(name: str, record: Record) -> Ruling:
    notes = [
        fact for fact in Sightings.notes_of(record, "not-tried", name) if fact.data["step"] == "all"
    ]
    if not notes:
        return undecided(f"{name} was found; it was not looked at")
    last = notes[-1]
    return undecided(str(last.data["why"]), last, next_step=str(last.data["next_step"]))


def _without_adapter(name: str, why: str, record: Record) -> Ruling:
    listed = record.discovered("operators")
    return undecided(
        f"{name}: {why}",
        listed,
        next_step="install an operator that can be driven: "
        + ", ".join(listed.found["drivable"] if listed else []),
    )


def _pods_run(seen: Sightings) -> Ruling:
    fact = seen.note("controllers")
    if fact is None:
        return seen.not_tried("controllers")
    pods = fact.data["pods"]
    if not pods:
        return undecided(
            f"{seen.title}: no Deployment was recognised as its controller",
            fact,
            next_step="label the controller's Deployment as upstream does",
        )
    has, wants = (sum(each[key] for each in pods) for key in ("available", "wanted"))
    text = f"{seen.title}: {has} of {wants} controller pods in {len(pods)} Deployments run"
    if wants and all(each["available"] >= each["wanted"] for each in pods):
        return held(text, fact)
    if all(each["available"] for each in pods):
        return held(f"{text}; each Deployment has at least one", fact)
    return undecided(
        text, fact, next_step="see why its pods do not run; without them nothing can be decided"
    )


def _kind_is_established(seen: Sightings) -> Ruling:
    state, kind = str(seen.about["established"]), seen.about["kind"]
    if state == "True":
        return held(f"{kind} is Established and served", seen.found)
    if state:
        return violated(
            f"the definition of {kind} is not Established ({state})",
            seen.found,
            next_step="see the conditions of its CustomResourceDefinition",
        )
    return undecided(f"{kind} is served; its definition could not be read", seen.found)
