"""Judges `secure_accelerator_access`: the programme's items here, the ways around in its neighbour.

Pure. A counter-example counts even where the control failed; a refusal counts only beside a pod
that opened its device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plimsoll.checks.judging import (
    Ruling,
    held,
    not_started,
    pod,
    probe,
    rule,
    undecided,
    unknown,
    violated,
)
from plimsoll.checks.secure_accelerator_access.claims import CLAIMS
from plimsoll.checks.secure_accelerator_access.exposure import (
    Exposure,
    accelerator,
    alike,
    control,
    exposure_of,
    given,
    partitions,
    ready,
    seen_by,
    without_claim,
)
from plimsoll.checks.secure_accelerator_access.judge_bypass import BYPASS_JUDGES
from plimsoll.record import Finding, Record


def judge(record: Record) -> Iterator[Finding]:
    """Yield exactly one finding per claim."""
    judges: dict[str, Callable[[Record], Ruling]] = {
        "claimed-reaches-device": _claimed_reaches,
        "unclaimed-sees-none": _unclaimed_sees_none,
        "pods-do-not-share": _pods_do_not_share,
        "visible-is-allocated": _visible_is_allocated,
        **BYPASS_JUDGES,
    }
    yield from rule(CLAIMS, judges, record)


def _claimed_reaches(record: Record) -> Ruling:
    accelerator(record)
    owner = pod(record, "claimed")
    if owner is not None and probe(record, "claimed") is None and not ready(owner):
        return not_started(record, owner, "an accelerator")
    exposure = seen_by(record, "claimed")
    if exposure.opened:
        return held(
            f"the claimed pod sees {exposure.accelerators} and opens {', '.join(exposure.opened)}",
            exposure.fact,
        )
    if exposure.numbers:
        return _sees_and_does_not_open(exposure)
    return _sees_nothing(record, exposure)


def _sees_and_does_not_open(exposure: Exposure) -> Ruling:
    said = sorted(set(exposure.numbers.values()))
    if said == ["EPERM"]:
        return violated(
            f"the claimed pod sees {exposure.accelerators}, and open() is refused: EPERM",
            exposure.fact,
            next_step="the device cgroup of the container does not allow the device it was given",
        )
    if said == [""]:
        return undecided(
            f"the claimed pod sees {len(exposure.numbers)} devices, more than it was given; some "
            "may be held by others, so none was opened",
            exposure.fact,
        )
    return undecided(
        f"the claimed pod sees {exposure.accelerators}; open() said {', '.join(said)}",
        exposure.fact,
        next_step="EACCES is a file mode: let the driver set mode and group of the node",
    )


def _sees_nothing(record: Record, exposure: Exposure) -> Ruling:
    """Judge a claimed pod without a node that its family knows, by what differs from pod B."""
    chosen = accelerator(record)
    unclaimed = seen_by(record, "unclaimed")
    nodes = exposure.other - unclaimed.other
    differs = nodes or (exposure.environment - unclaimed.environment)
    differs = differs or (exposure.mounts - unclaimed.mounts)
    facts = (exposure.fact, unclaimed.fact)
    if not differs and chosen.found.get("nodes_known"):
        return violated(
            "the claimed pod has no device node, variable or mount that the unclaimed pod does "
            "not have",
            *facts,
            next_step="look at the driver's logs: it prepared the claim without a device",
        )
    shown = ", ".join(sorted(differs)[:4]) or "nothing"
    return unknown(
        f"the claimed pod differs from the unclaimed one by {shown}; no probe knows this "
        "accelerator's device nodes",
        *facts,
        next_step="add the family's device nodes to its data file",
    )


def _unclaimed_sees_none(record: Record) -> Ruling:
    accelerator(record)
    exposure = without_claim(record, "unclaimed")
    if exposure.accelerators:
        return violated(
            f"a pod without a claim sees {exposure.accelerators}",
            exposure.fact,
            next_step="see what puts devices into every container: a runtime's default, a hook",
        )
    claimed = control(record)
    alike(record, claimed, exposure)
    return held(
        f"on the same node the pod with a claim sees {claimed.accelerators}, the pod without one "
        "none",
        claimed.fact,
        exposure.fact,
    )


def _pods_do_not_share(record: Record) -> Ruling:
    chosen = accelerator(record)
    second = seen_by(record, "second")
    first = seen_by(record, "claimed")
    common = first.identities & second.identities
    if not partitions(chosen, first, second):
        common |= first.numbers.keys() & second.numbers.keys()
    facts = (chosen, first.fact, second.fact)
    if chosen.found.get("shared"):
        return undecided(
            "the inventory says that its devices are shared between pods; no unshared one was free",
            *facts,
        )
    if common:
        return violated(
            f"two claimants both see {', '.join(sorted(common))}",
            *facts,
            next_step="see what the driver or the runtime puts into a container beside its own",
        )
    for exposure in (first, second):
        if not exposure.opened:
            return undecided(f"{exposure.fact.role} opened no device", exposure.fact)
    if not _together(record):
        return undecided("the two claimants were not seen running at the same time", *facts)
    return held(
        f"one sees {first.accelerators}, the other {second.accelerators}, at the same time",
        *facts,
    )


def _together(record: Record) -> bool:
    first, second = pod(record, "claimed"), pod(record, "second")
    probed = probe(record, "second")
    if first is None or second is None or probed is None:
        return False
    gone = first.deleted
    return ready(first) and ready(second) and (gone is None or gone.sequence > probed.sequence)


def _visible_is_allocated(record: Record) -> Ruling:
    chosen = accelerator(record)
    told: list[str] = []
    facts = []
    for role in ("claimed", "second"):
        fact = probe(record, role)
        if fact is None and role == "second":
            continue
        exposure = seen_by(record, role) if fact is None else exposure_of(fact)
        mine = given(record, role)
        wrong = _differs(exposure, mine.count, mine.identities, chosen.found["way"])
        if wrong is not None:
            return wrong
        told.append(f"{role}: {mine.count} allocated, sees {exposure.accelerators}")
        facts.append(exposure.fact)
    return held("; ".join(told), *facts)


def _differs(
    exposure: Exposure, count: int, identities: frozenset[str] | None, way: str
) -> Ruling | None:
    """Compare what a pod sees with what it was given; None where they are the same."""
    role = exposure.fact.role
    if count == 0:
        return undecided(f"what {role} was given could not be read", exposure.fact)
    if not exposure.numbers and not exposure.identities:
        return undecided(f"{role} sees no device that its family knows", exposure.fact)
    if exposure.numbers and len(exposure.numbers) != count:
        return violated(
            f"{role} was given {count} and sees {len(exposure.numbers)} device nodes: "
            f"{', '.join(sorted(exposure.numbers))}",
            exposure.fact,
        )
    comparable = identities is not None and (way == "dra" or identities & exposure.identities)
    if comparable and identities is not None and exposure.identities != identities:
        return violated(
            f"{role} was given {', '.join(sorted(identities))} and has "
            f"{', '.join(sorted(exposure.identities)) or 'none'}",
            exposure.fact,
        )
    return None
