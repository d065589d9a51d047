"""Judges what admission said: whether the operator's own webhook refused the wrong object.

Pure. Behaviour comes first: the wrong object is refused, the same object put right is not, just
before and just after. Who refused is then told by the API server, which names the webhook; where
it does not, the schema, its CEL rules and other webhooks must be out of the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from plimsoll.checks.judging import (
    Ruling,
    held,
    not_exercised,
    undecided,
    violated,
)
from plimsoll.checks.robust_controller.sightings import Sightings
from plimsoll.record.facts import Json, Observation

_DENIED = re.compile(r'admission webhook "([^"]+)" denied the request')
_NOT_CALLED = "failed calling webhook"


def _corrected(seen: Sightings) -> Ruling:
    first, again = seen.note("dry-run", object="corrected"), _again(seen)
    if first is None:
        return seen.not_tried("admission")
    if not first.data["accepted"]:
        return undecided(
            f"{seen.title}: the corrected object is refused too: {first.data['message']}",
            first,
            next_step="read the message: a policy, a quota or a webhook that is not reachable",
        )
    if again is None or not again.data["accepted"]:
        return undecided(f"{seen.title}: the corrected object was not accepted again", first, again)
    return held(f"{seen.title}: the corrected object is accepted, before and after", first, again)


def _fits_schema(seen: Sightings) -> Ruling:
    fact = seen.note("schema")
    if fact is None:
        return seen.not_tried("admission")
    if not fact.data["readable"]:
        return undecided(f"{seen.title}: the schema of its kind could not be read", fact)
    if fact.data["problems"]:
        return undecided(
            f"{seen.title}: the schema of this version refuses the wrong object itself: "
            f"{fact.data['problems'][0]}",
            fact,
            next_step="the adapter needs an object that this version's schema allows",
        )
    rules = len(fact.data["rules"])
    text = f"{rules} CEL rules could look at it" if rules else "no CEL rule looks at it"
    return held(
        f"{seen.title}: types, limits and patterns allow the object at {fact.data['field']}; "
        f"{text}",
        fact,
    )


def _wrong_refused(seen: Sightings) -> Ruling:
    wrong, schema = seen.note("dry-run", object="wrong"), seen.note("schema")
    if wrong is None or schema is None:
        return seen.not_tried("admission")
    what = f"an object whose {schema.data['why_wrong']}"
    if wrong.data["accepted"]:
        return _accepted(seen, wrong, what)
    message = str(wrong.data["message"])
    if _NOT_CALLED in message:
        return undecided(
            f"{seen.title}: the webhook could not be called: {message}",
            wrong,
            next_step="see whether the pods behind the webhook's service run",
        )
    again = _again(seen)
    if again is None or not again.data["accepted"]:
        return undecided(
            f"{seen.title}: {what} was refused, and the corrected one after it as well",
            wrong,
            again,
        )
    return _by_whom(seen, wrong, again, schema, what)


def _by_whom(
    seen: Sightings, wrong: Observation, again: Observation, schema: Observation, what: str
) -> Ruling:
    """Judge who refused: the API server says which webhook it was, where it was one."""
    message = str(wrong.data["message"])
    named = _DENIED.match(message)
    names = [webhook["name"] for webhook in seen.about["webhooks"]]
    if named and named[1] in names:
        return held(f"{seen.title}: {named[1]} refused {what}", wrong, again, seen.found)
    if named:
        return undecided(
            f"{seen.title}: {what} was refused by {named[1]}, which is not the operator's own",
            wrong,
            seen.found,
        )
    return _unnamed(seen, wrong, schema, what)


def _accepted(seen: Sightings, wrong: Observation, what: str) -> Ruling:
    proof = seen.in_charge()
    webhooks: list[Json] = seen.about["webhooks"]
    if webhooks:
        policies = ", ".join(f"{w['name']}: failurePolicy {w['failure_policy']}" for w in webhooks)
        text = f"{seen.title}: {what} was let in, past its own webhook ({policies})"
        step = "see whether the webhook answers; failurePolicy Ignore lets all in when it does not"
    else:
        text = f"{seen.title}: {what} was let in; no validating webhook of its own is registered"
        step = "install the operator with its validating webhook"
    if proof is None:
        return undecided(
            f"{text}; it was not seen to manage our object either",
            wrong,
            seen.found,
            next_step=step,
        )
    return violated(text, wrong, seen.found, proof, next_step=step)


def _unnamed(seen: Sightings, wrong: Observation, schema: Observation, what: str) -> Ruling:
    """Judge a refusal that names no webhook: by exclusion of everything else."""
    message = str(wrong.data["message"])
    doubts = {
        "the schema may have refused it": bool(schema.data["problems"]),
        "a CEL rule of the schema may have refused it": bool(schema.data["rules"]),
        "the schema could not be read": not schema.data["readable"],
        "other webhooks are asked about its kind": bool(seen.about["others_webhooks"]),
        "a policy refused it": "ValidatingAdmissionPolicy" in message,
        "no webhook of its own is registered": not seen.about["webhooks"],
    }
    doubt = next((text for text, there in doubts.items() if there), "")
    if doubt:
        return undecided(
            f"{seen.title}: {what} was refused ({message}), but who refused it is not clear: "
            f"{doubt}",
            wrong,
            schema,
            seen.found,
        )
    return held(
        f"{seen.title}: {what} was refused; nothing but its own webhook could have", wrong, schema
    )


def _refused_while_stopped(seen: Sightings) -> Ruling:
    early = not_stopped(seen)
    if early is not None:
        return early
    fact = seen.note("dry-run", object="wrong while stopped")
    gone = seen.note("pods-of-operator", count=0)
    if fact is None or gone is None:
        return seen.not_tried("outage")
    before = seen.note("dry-run", object="wrong")
    if before is None or before.data["accepted"]:
        return undecided(f"{seen.title}: the wrong object was not refused before either", before)
    if fact.data["accepted"]:
        return violated(
            f"{seen.title}: with no pod of the operator the wrong object was let in",
            fact,
            gone,
            next_step="register its webhook with failurePolicy Fail",
        )
    return held(f"{seen.title}: with no pod of the operator: {fact.data['message']}", fact, gone)


def not_stopped(seen: Sightings) -> Ruling | None:
    """Rule on claims that need the operator stopped, where it was not; None where it was."""
    fact = seen.note("stopping")
    if fact is None:
        return seen.not_tried("outage")
    if fact.data["allowed"]:
        return None
    if why := str(fact.data["why"]):
        return not_exercised(f"{seen.title} was not stopped: {why}", fact)
    return not_exercised(
        f"{seen.title} was not stopped: nobody asked for it",
        fact,
        next_step=f"to try it where nobody else uses the operator: --disruptive {seen.name}",
    )


def _again(seen: Sightings) -> Observation | None:
    return seen.note("dry-run", object="corrected again")


WEBHOOK_JUDGES: dict[str, Callable[[Sightings], Ruling]] = {
    "corrected-object-accepted": _corrected,
    "wrong-object-fits-schema": _fits_schema,
    "wrong-object-refused": _wrong_refused,
    "refused-while-stopped": _refused_while_stopped,
}
