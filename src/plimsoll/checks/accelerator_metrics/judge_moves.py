"""Judges what `accelerator_metrics` saw move under load.

Pure. That the metrics stand still counts against them only where it was shown from inside the
load's container that the accelerator worked; that another's moved, only where the container said
whose it has. What moves in a part of the scrapes only is undecided: the machine may be too busy.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from plimsoll.checks.accelerator_metrics.loads import (
    TITLES,
    amount,
    claimed,
    followers,
    known,
    loaded,
    named,
    restless,
    strangers,
)
from plimsoll.checks.accelerator_metrics.trace import (
    MEMORY,
    MOST,
    PULSES,
    Pulse,
    Trace,
    series,
    share,
    trace_of,
)
from plimsoll.checks.judging import Ruling, held, undecided, unknown, violated
from plimsoll.record import Record

_CLEAR = 0.05
"""Share of its level by which a gauge of unknown meaning must move."""


def quiet(record: Record) -> Ruling:
    """Judge the control: without a load, the series that are to move kept still."""
    trace = loaded(record)
    if not trace.idle:
        return undecided("no page could be read in the idle window")
    ends = (trace.idle[0].fact, trace.idle[-1].fact)
    if not trace.devices:
        return undecided("no series of any accelerator was seen", *ends)
    moving = restless(trace)
    if moving:
        return violated(
            f"in {len(trace.idle)} scrapes without a load, {moving[0]} moved by itself",
            *ends,
            next_step="run it while nobody uses the accelerator",
        )
    return held(f"{len(trace.idle)} scrapes without a load are alike", *ends)


def moves(role: str) -> Callable[[Record], Ruling]:
    """Return the judge of whether `role` follows the load."""

    def ruling(record: Record) -> Ruling:
        trace = loaded(record)
        if not trace.idle or restless(trace):
            return undecided("it moved without a load, too, so the load proves nothing")
        if not trace.has(role):
            return _generic(record, trace, role)
        return _by_name(trace, role) if known(trace) else _by_number(trace, role)

    return ruling


def _by_name(trace: Trace, role: str) -> Ruling:
    facts = [pulse.fact for pulse in trace.pulses]
    still = [p for p in trace.pulses if not trace.follows(p.device, role, p)]
    if not still:
        return held(_told(trace, role), *facts)
    others = strangers(trace, role)
    if others and all(pulse.seen_inside for pulse in trace.pulses):
        return violated(
            f"the load was on {', '.join(claimed(trace))}, whose {TITLES[role]} did not follow "
            f"it; that of {', '.join(others)} did, in all {PULSES} pulses",
            *facts,
            next_step="see how the exporter gives identities to its series",
        )
    return _stood_still(trace, role, still[0])


def _by_number(trace: Trace, role: str) -> Ruling:
    """Judge where the loaded accelerator has no word in the page: just one must have moved."""
    facts = [pulse.fact for pulse in trace.pulses]
    moved = [followers(trace, role, pulse) for pulse in trace.pulses]
    if all(len(each) == 1 for each in moved):
        return held(
            f"the {TITLES[role]} of just one accelerator of the node followed the load in all "
            f"{PULSES} pulses; which one was loaded is not known",
            *facts,
        )
    if any(len(each) > 1 for each in moved):
        return undecided(
            f"the {TITLES[role]} of several accelerators moved, and which one was loaded is not "
            "known",
            *facts,
        )
    still = next(p for p, each in zip(trace.pulses, moved, strict=True) if not each)
    return _stood_still(trace, role, still)


def _stood_still(trace: Trace, role: str, pulse: Pulse) -> Ruling:
    """Judge a series that did not follow: only a load that was shown counts against it."""
    facts = [each.fact for each in trace.pulses]
    if not all(each.proven for each in trace.pulses):
        return undecided(
            f"the {TITLES[role]} did not follow the load, and it was not shown that the "
            f"accelerator worked: {pulse.proof}",
            *facts,
            next_step="use an image that has the vendor's tool, for example nvidia-smi",
        )
    if role == MEMORY and not pulse.fact.data.get("bytes_used"):
        return undecided(
            "the used memory did not follow the load; whether the image takes any is not known",
            *facts,
            next_step="use an image that takes memory of the accelerator",
        )
    device = pulse.device or "any accelerator"
    up, down = trace.shares(pulse.device, role, pulse)
    if not (up <= 1 - MOST or (up >= MOST and down <= 1 - MOST)):
        return undecided(
            f"the {TITLES[role]} of {device} was up in {up:.0%} of the scrapes under the load of "
            f"pulse {pulse.number}, and down in {down:.0%} of those after it",
            *facts,
            next_step="run it again while the cluster is less busy",
        )
    seen, left = series(pulse.on, pulse.device, role), series(pulse.off, pulse.device, role)
    shown = f"{amount(role, median(seen))} under load" if seen else "no value under load"
    after = f"{amount(role, median(left))} after it" if left else "no value after it"
    return violated(
        f"the {TITLES[role]} of {device} did not follow the load of pulse {pulse.number}: "
        f"{amount(role, trace.idle_level(pulse.device, role))} before, {shown}, {after}, while "
        f"its container showed {pulse.proof}",
        *facts,
        next_step="see what the exporter serves: a static text, an old value, another device",
    )


def _told(trace: Trace, role: str) -> str:
    device = trace.pulses[0].device
    levels = [
        f"{amount(role, median(series(p.on, p.device, role)))} and back to "
        f"{amount(role, median(series(p.off, p.device, role) or [0.0]))}"
        for p in trace.pulses
    ]
    idle = amount(role, trace.idle_level(device, role))
    names = " and ".join(claimed(trace))
    return f"the {TITLES[role]} of {names} was {idle}, then {', '.join(levels)}"


def _generic(record: Record, trace: Trace, role: str) -> Ruling:
    facts = [pulse.fact for pulse in trace.pulses]
    if not trace.devices:
        return undecided("no series of any accelerator was seen", *facts)
    responding = by_rule(record)
    if len(responding) >= 2:
        return held(
            f"by the generic rule: {', '.join(responding[:4])} of the loaded accelerator follow "
            "the load",
            *facts,
        )
    words = f"only {responding[0]} follows" if responding else "none follows"
    return unknown(
        f"no series is known to be the {TITLES[role]}, and of the unknown ones {words} the load",
        *facts,
        next_step="add the exporter's names to the catalogue",
    )


def by_rule(record: Record) -> list[str]:
    """Return the gauges of unknown meaning that followed the load on the loaded accelerator."""
    trace = trace_of(record)
    if len(trace.pulses) < PULSES or not named(trace):
        return []
    names = {
        name
        for scrape in trace.scrapes()
        for values in scrape.values.values()
        for name in values
        if name not in TITLES
    }
    return sorted(name for name in names if all(_responds(trace, name, p) for p in trace.pulses))


def _responds(trace: Trace, name: str, pulse: Pulse) -> bool:
    """Tell whether a gauge of unknown meaning was clearly higher while the load was held."""
    before = series(trace.idle, pulse.device, name)
    on, off = series(pulse.on, pulse.device, name), series(pulse.off, pulse.device, name)
    if not on or not before or not off:
        return False
    high = max(before)
    bar = high + _CLEAR * max(abs(high), 1e-9)
    return share(v > bar for v in on) >= MOST and share(v <= bar for v in off) >= MOST
