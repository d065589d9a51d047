"""Judges what `accelerator_metrics` saw under load: what moved, with whom, whether it came back.

Pure. That the metrics stand still counts against them only where it was shown from inside the
load's container that the accelerator worked; that another's moved, only where the container said
whose it has. What moves in a part of the scrapes only is undecided: the machine may be too busy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from plimsoll.checks.accelerator_metrics.trace import (
    BACK,
    MEMORY,
    MOST,
    PULSES,
    UTILISATION,
    Pulse,
    Trace,
    series,
    share,
    trace_of,
)
from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    held,
    not_applicable,
    undecided,
    unknown,
    violated,
)
from plimsoll.record import Record

_TITLES = {UTILISATION: "utilisation", MEMORY: "used memory"}
_CLEAR = 0.05
"""Share of its level by which a gauge of unknown meaning must move."""


def _loaded(record: Record) -> Trace:
    """Return the trace of a load that was put as planned; undecided else."""
    trace = trace_of(record)
    if len(trace.pulses) < PULSES:
        raise SettledEarly(
            undecided(
                f"the load was put {len(trace.pulses)} times, not {PULSES}",
                *(pulse.fact for pulse in trace.pulses),
                next_step="see what the report says of the pods with the load",
            )
        )
    for pulse in trace.pulses:
        if not pulse.ran:
            raise SettledEarly(
                undecided(
                    f"the load of pulse {pulse.number} had ended by itself: its pod was "
                    f"{pulse.fact.data.get('phase') or 'gone'}",
                    pulse.fact,
                    next_step="the image must load the accelerator until it is told to go",
                )
            )
        if not pulse.on or not pulse.off:
            raise SettledEarly(
                undecided(f"no page could be read during pulse {pulse.number}", pulse.fact)
            )
    return trace


def _claimed(trace: Trace) -> list[str]:
    """Return the accelerators that were loaded, where they are known."""
    return sorted({pulse.device for pulse in trace.pulses if pulse.device})


def _named(trace: Trace) -> bool:
    """Tell whether every pulse's accelerator is known by a word that the page uses."""
    shown = set(trace.devices)
    return all(pulse.device in shown for pulse in trace.pulses)


def _followers(trace: Trace, role: str, pulse: Pulse) -> set[str]:
    return {device for device in trace.devices if trace.follows(device, role, pulse)}


def _strangers(trace: Trace, role: str) -> list[str]:
    """Return accelerators that moved with every pulse, though each was put on another."""
    sets = [_followers(trace, role, pulse) - {pulse.device} for pulse in trace.pulses]
    return sorted(set.intersection(*sets)) if sets else []


def _restless(trace: Trace) -> list[str]:
    """Return `device role` of what moved in the idle window, of accelerators that were loaded."""
    watched = _claimed(trace) if _named(trace) else trace.devices
    return [
        f"{_TITLES[role]} of {device}"
        for device in watched
        for role in _TITLES
        if not trace.is_quiet(device, role)
    ]


def _quiet(record: Record) -> Ruling:
    trace = _loaded(record)
    if not trace.idle:
        return undecided("no page could be read in the idle window")
    ends = (trace.idle[0].fact, trace.idle[-1].fact)
    if not trace.devices:
        return undecided("no series of any accelerator was seen", *ends)
    restless = _restless(trace)
    if restless:
        return violated(
            f"in {len(trace.idle)} scrapes without a load, {restless[0]} moved by itself",
            *ends,
            next_step="run it while nobody uses the accelerator",
        )
    return held(f"{len(trace.idle)} scrapes without a load are alike", *ends)


def _moves(role: str) -> Callable[[Record], Ruling]:
    def ruling(record: Record) -> Ruling:
        trace = _loaded(record)
        if not trace.idle or _restless(trace):
            return undecided("it moved without a load, too, so the load proves nothing")
        if not trace.has(role):
            return _generic(record, trace, role)
        return _by_name(trace, role) if _known(trace) else _by_number(trace, role)

    return ruling


def _known(trace: Trace) -> bool:
    """Tell whether it is known which accelerator was loaded, and the page should know it."""
    inventory_words = all(pulse.device for pulse in trace.pulses)
    return inventory_words and (_named(trace) or not _anonymous(trace))


def _anonymous(trace: Trace) -> bool:
    """Tell whether the page uses words for accelerators that the inventory does not have."""
    return all(not entry.get("known") for s in trace.scrapes() for entry in s.fact.data["devices"])


def _by_name(trace: Trace, role: str) -> Ruling:
    facts = [pulse.fact for pulse in trace.pulses]
    still = [p for p in trace.pulses if not trace.follows(p.device, role, p)]
    if not still:
        return held(_told(trace, role), *facts)
    strangers = _strangers(trace, role)
    if strangers and all(pulse.seen_inside for pulse in trace.pulses):
        return violated(
            f"the load was on {', '.join(_claimed(trace))}, whose {_TITLES[role]} did not follow "
            f"it; that of {', '.join(strangers)} did, in all {PULSES} pulses",
            *facts,
            next_step="see how the exporter gives identities to its series",
        )
    return _stood_still(trace, role, still[0])


def _by_number(trace: Trace, role: str) -> Ruling:
    """Judge where the loaded accelerator has no word in the page: just one must have moved."""
    facts = [pulse.fact for pulse in trace.pulses]
    moved = [_followers(trace, role, pulse) for pulse in trace.pulses]
    if all(len(each) == 1 for each in moved):
        return held(
            f"the {_TITLES[role]} of just one accelerator of the node followed the load in all "
            f"{PULSES} pulses; which one was loaded is not known",
            *facts,
        )
    if any(len(each) > 1 for each in moved):
        return undecided(
            f"the {_TITLES[role]} of several accelerators moved, and which one was loaded is not "
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
            f"the {_TITLES[role]} did not follow the load, and it was not shown that the "
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
            f"the {_TITLES[role]} of {device} was up in {up:.0%} of the scrapes under the load of "
            f"pulse {pulse.number}, and down in {down:.0%} of those after it",
            *facts,
            next_step="run it again while the cluster is less busy",
        )
    seen, left = series(pulse.on, pulse.device, role), series(pulse.off, pulse.device, role)
    shown = f"{_amount(role, median(seen))} under load" if seen else "no value under load"
    after = f"{_amount(role, median(left))} after it" if left else "no value after it"
    return violated(
        f"the {_TITLES[role]} of {device} did not follow the load of pulse {pulse.number}: "
        f"{_amount(role, trace.idle_level(pulse.device, role))} before, {shown}, {after}, while "
        f"its container showed {pulse.proof}",
        *facts,
        next_step="see what the exporter serves: a static text, an old value, another device",
    )


def _told(trace: Trace, role: str) -> str:
    device = trace.pulses[0].device
    levels = [
        f"{_amount(role, median(series(p.on, p.device, role)))} and back to "
        f"{_amount(role, median(series(p.off, p.device, role) or [0.0]))}"
        for p in trace.pulses
    ]
    idle = _amount(role, trace.idle_level(device, role))
    names = " and ".join(_claimed(trace))
    return f"the {_TITLES[role]} of {names} was {idle}, then {', '.join(levels)}"


def _amount(role: str, value: float) -> str:
    return f"{value:.0%}" if role == UTILISATION else f"{value / (1 << 20):.0f} MiB"


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
        f"no series is known to be the {_TITLES[role]}, and of the unknown ones {words} the load",
        *facts,
        next_step="add the exporter's names to the catalogue",
    )


def by_rule(record: Record) -> list[str]:
    """Return the gauges of unknown meaning that followed the load on the loaded accelerator."""
    trace = trace_of(record)
    if len(trace.pulses) < PULSES or not _named(trace):
        return []
    names = {
        name
        for scrape in trace.scrapes()
        for values in scrape.values.values()
        for name in values
        if name not in _TITLES
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


def _fresh(record: Record) -> Ruling:
    trace = _loaded(record)
    frozen = [p for p in trace.pulses if len({s.digest for s in p.scrapes()}) < 2]
    stamps = [s.fact.data["newest"] for s in trace.scrapes() if "newest" in s.fact.data]
    if stamps and max(stamps) == min(stamps):
        return violated("the timestamps of the samples do not advance", trace.scrapes()[-1].fact)
    if not frozen:
        different = len({s.digest for s in trace.scrapes()})
        return held(
            f"{different} different pages in {len(trace.scrapes())} scrapes",
            trace.scrapes()[0].fact,
            trace.scrapes()[-1].fact,
        )
    pulse = frozen[0]
    count = len(pulse.scrapes())
    if not any(trace.devices):
        return undecided("no series of any accelerator was seen", pulse.fact)
    if not pulse.proven:
        return undecided(
            f"{count} scrapes of pulse {pulse.number} are the same; it was not shown that the "
            "accelerator worked",
            pulse.fact,
        )
    return violated(
        f"{count} scrapes of pulse {pulse.number}, with and without the load, are the same in "
        f"every value of every accelerator, while its container showed {pulse.proof}",
        pulse.fact,
        next_step="see whether the exporter still reads the accelerators",
    )


def _others_steady(record: Record) -> Ruling:
    trace = _loaded(record)
    facts = [pulse.fact for pulse in trace.pulses]
    if not _known(trace):
        return undecided("which accelerator was loaded is not known by the metrics' words", *facts)
    others = [device for device in trace.devices if device not in _claimed(trace)]
    strangers = {d for role in _TITLES for d in _strangers(trace, role)}
    if strangers:
        return violated(
            f"{', '.join(sorted(strangers))} moved with all {PULSES} pulses of the load on "
            f"{', '.join(_claimed(trace))}",
            *facts,
            next_step="see how the exporter gives identities to its series",
        )
    if not any(trace.follows(p.device, role, p) for role in _TITLES for p in trace.pulses):
        return undecided("the loaded accelerator did not move either", *facts)
    if not others:
        return not_applicable("the node has only the accelerator that was loaded", *facts)
    calm = [d for d in others if all(trace.is_quiet(d, role) for role in _TITLES)]
    if not calm:
        return undecided("all other accelerators of the node are busy", *facts)
    busy = f"; {len(others) - len(calm)} were busy and not looked at" if calm != others else ""
    return held(f"{len(calm)} others did not move with the load{busy}", *facts)


def _returns(record: Record) -> Ruling:
    trace = _loaded(record)
    last = trace.pulses[-1]
    moved = [
        (device, role)
        for role in _TITLES
        for device in ([last.device] if _known(trace) else _followers(trace, role, last))
        if any(trace.follows(device, role, pulse) for pulse in trace.pulses)
    ]
    if not moved:
        return undecided("nothing moved with the load, so nothing can return", last.fact)
    for device, role in moved:
        left = median(series(last.off, device, role) or [0.0]) - trace.idle_level(device, role)
        if left > BACK * trace.rise(role):
            return violated(
                f"after the load the {_TITLES[role]} of {device} stays {_amount(role, left)} above "
                "where it was",
                last.fact,
                last.off[-1].fact,
                next_step="see whether the accelerator is really free, or the exporter is behind",
            )
    return held(
        f"{' and '.join(_TITLES[role] for _, role in moved)} are back where they were",
        last.fact,
        last.off[-1].fact,
    )


LOAD_JUDGES: Mapping[str, Callable[[Record], Ruling]] = {
    "quiet-before-load": _quiet,
    "utilisation-moves": _moves(UTILISATION),
    "memory-moves": _moves(MEMORY),
    "values-are-fresh": _fresh,
    "others-stay-steady": _others_steady,
    "returns-to-idle": _returns,
}
