"""Judges what `accelerator_metrics` saw around the load: freshness, neighbours, the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from plimsoll.checks.accelerator_metrics.judge_moves import moves, quiet
from plimsoll.checks.accelerator_metrics.loads import (
    TITLES,
    amount,
    claimed,
    followers,
    known,
    loaded,
    strangers,
)
from plimsoll.checks.accelerator_metrics.trace import (
    BACK,
    MEMORY,
    PULSES,
    UTILISATION,
    series,
)
from plimsoll.checks.judging import Ruling, held, not_applicable, undecided, violated
from plimsoll.record import Record


def _fresh(record: Record) -> Ruling:
    trace = loaded(record)
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
    trace = loaded(record)
    facts = [pulse.fact for pulse in trace.pulses]
    if not known(trace):
        return undecided("which accelerator was loaded is not known by the metrics' words", *facts)
    others = [device for device in trace.devices if device not in claimed(trace)]
    moved = {d for role in TITLES for d in strangers(trace, role)}
    if moved:
        return violated(
            f"{', '.join(sorted(moved))} moved with all {PULSES} pulses of the load on "
            f"{', '.join(claimed(trace))}",
            *facts,
            next_step="see how the exporter gives identities to its series",
        )
    if not any(trace.follows(p.device, role, p) for role in TITLES for p in trace.pulses):
        return undecided("the loaded accelerator did not move either", *facts)
    if not others:
        return not_applicable("the node has only the accelerator that was loaded", *facts)
    calm = [d for d in others if all(trace.is_quiet(d, role) for role in TITLES)]
    if not calm:
        return undecided("all other accelerators of the node are busy", *facts)
    busy = f"; {len(others) - len(calm)} were busy and not looked at" if calm != others else ""
    return held(f"{len(calm)} others did not move with the load{busy}", *facts)


def _returns(record: Record) -> Ruling:
    trace = loaded(record)
    last = trace.pulses[-1]
    moved = [
        (device, role)
        for role in TITLES
        for device in ([last.device] if known(trace) else followers(trace, role, last))
        if any(trace.follows(device, role, pulse) for pulse in trace.pulses)
    ]
    if not moved:
        return undecided("nothing moved with the load, so nothing can return", last.fact)
    for device, role in moved:
        left = median(series(last.off, device, role) or [0.0]) - trace.idle_level(device, role)
        if left > BACK * trace.rise(role):
            return violated(
                f"after the load the {TITLES[role]} of {device} stays {amount(role, left)} above "
                "where it was",
                last.fact,
                last.off[-1].fact,
                next_step="see whether the accelerator is really free, or the exporter is behind",
            )
    return held(
        f"{' and '.join(TITLES[role] for _, role in moved)} are back where they were",
        last.fact,
        last.off[-1].fact,
    )


LOAD_JUDGES: Mapping[str, Callable[[Record], Ruling]] = {
    "quiet-before-load": quiet,
    "utilisation-moves": moves(UTILISATION),
    "memory-moves": moves(MEMORY),
    "values-are-fresh": _fresh,
    "others-stay-steady": _others_steady,
    "returns-to-idle": _returns,
}
