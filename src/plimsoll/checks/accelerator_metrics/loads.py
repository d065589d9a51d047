"""What judges of the load ask of its trace: was it put as planned, on whom, and who moved."""

from __future__ import annotations

from plimsoll.checks.accelerator_metrics.trace import (
    MEMORY,
    PULSES,
    UTILISATION,
    Pulse,
    Trace,
    trace_of,
)
from plimsoll.checks.judging import SettledEarly, undecided
from plimsoll.record import Record

TITLES = {UTILISATION: "utilisation", MEMORY: "used memory"}


def loaded(record: Record) -> Trace:
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


def claimed(trace: Trace) -> list[str]:
    """Return the accelerators that were loaded, where they are known."""
    return sorted({pulse.device for pulse in trace.pulses if pulse.device})


def named(trace: Trace) -> bool:
    """Tell whether every pulse's accelerator is known by a word that the page uses."""
    shown = set(trace.devices)
    return all(pulse.device in shown for pulse in trace.pulses)


def followers(trace: Trace, role: str, pulse: Pulse) -> set[str]:
    """Return the accelerators that moved with one pulse."""
    return {device for device in trace.devices if trace.follows(device, role, pulse)}


def strangers(trace: Trace, role: str) -> list[str]:
    """Return accelerators that moved with every pulse, though each was put on another."""
    sets = [followers(trace, role, pulse) - {pulse.device} for pulse in trace.pulses]
    return sorted(set.intersection(*sets)) if sets else []


def restless(trace: Trace) -> list[str]:
    """Return `device role` of what moved in the idle window, of accelerators that were loaded."""
    watched = claimed(trace) if named(trace) else trace.devices
    return [
        f"{TITLES[role]} of {device}"
        for device in watched
        for role in TITLES
        if not trace.is_quiet(device, role)
    ]


def known(trace: Trace) -> bool:
    """Tell whether it is known which accelerator was loaded, and the page should know it."""
    inventory_words = all(pulse.device for pulse in trace.pulses)
    return inventory_words and (named(trace) or not anonymous(trace))


def anonymous(trace: Trace) -> bool:
    """Tell whether the page uses words for accelerators that the inventory does not have."""
    return all(not entry.get("known") for s in trace.scrapes() for entry in s.fact.data["devices"])


def amount(role: str, value: float) -> str:
    """Return a value for people."""
    return f"{value:.0%}" if role == UTILISATION else f"{value / (1 << 20):.0f} MiB"
