"""Judges `dra_support`: the API's claims here, the driver's in its neighbours.

Pure. A cluster without a driver keeps the API's claims; the driver's are then undecided, never
violated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from plimsoll.checks.dra_support.claims import CLAIMS, KINDS
from plimsoll.checks.dra_support.judge_devices import DEVICE_JUDGES
from plimsoll.checks.dra_support.judge_scarcity import SCARCITY_JUDGES
from plimsoll.checks.judging import Ruling, held, refusal, rule, undecided, violated
from plimsoll.record import Finding, Record
from plimsoll.record.facts import Observation, Refused

_ANY_VERSION = "v1.33"
"""The checklist version in which any served version is enough; later ones ask for v1."""


def judge(record: Record) -> Iterator[Finding]:
    """Yield exactly one finding per claim."""
    judges: dict[str, Callable[[Record], Ruling]] = {
        "api-served": _api_served,
        **{identifier: partial(_kind_works, kind) for kind, identifier in KINDS.items()},
        **DEVICE_JUDGES,
        **SCARCITY_JUDGES,
    }
    yield from rule(CLAIMS, judges, record)


def _api_served(record: Record) -> Ruling:
    api = record.discovered("dra-api")
    if api is None:
        return undecided("the cluster was not asked which versions it serves")
    versions: list[str] = api.found.get("versions", [])
    standard = record.run.standard
    if not versions:
        return violated(
            "the cluster serves no version of resource.k8s.io",
            api,
            next_step="enable the API group resource.k8s.io on the API server",
        )
    served = ", ".join(versions)
    if standard == _ANY_VERSION or "v1" in versions:
        return held(f"resource.k8s.io is served as {served}", api)
    return violated(
        f"resource.k8s.io is served as {served} only; {standard} asks for v1",
        api,
        next_step="enable resource.k8s.io/v1 on the API server",
    )


def _kind_works(kind: str, record: Record) -> Ruling:
    steps = {
        fact.data["step"]: fact
        for fact in record.of(Observation, subject="crud")
        if fact.data.get("kind") == kind
    }
    refused = refusal(record, f"crud {kind}")
    if refused is not None:
        return _kind_refused(kind, refused)
    missing = [step for step in ("create", "read", "update", "delete") if step not in steps]
    if missing:
        return undecided(f"{kind}: not tried: {', '.join(missing)}", *steps.values())
    created, read, updated, deleted = (
        steps[step] for step in ("create", "read", "update", "delete")
    )
    if read.data.get("uid") != created.data.get("uid"):
        return violated(f"the {kind} that was created is not what is read back", created, read)
    if updated.data.get("value") != updated.data.get("wanted"):
        return violated(f"an update of the {kind} was accepted and is not there when read", updated)
    if not deleted.data.get("gone"):
        return violated(f"the {kind} is still there after it was deleted", deleted)
    return held(
        f"{kind} ({created.data.get('version', '')}) was created, read, updated and deleted",
        *steps.values(),
    )


def _kind_refused(kind: str, refused: Refused) -> Ruling:
    because = f"{refused.verb} of a {kind} was refused: {refused.code} {refused.message}"
    if refused.code in {404, 405}:
        return violated(because, refused)
    return undecided(
        because,
        refused,
        next_step="run with the rights that `plimsoll check --rbac` prints, or ask who set the "
        "policy",
    )
