"""Judging of two gangs that want the same room, and of resources held for a part of a gang.

Pure. A round counts when its watch is whole and nothing foreign happened; the claim holds when
enough rounds counted and every one of them ended as it must.
"""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.checks.gang_scheduling import claims as c
from plimsoll.checks.gang_scheduling.observations import CONTENTION, HANDOVER
from plimsoll.checks.gang_scheduling.placement import QUIETER, late_doubt
from plimsoll.checks.gang_scheduling.trial import Binding, Trial
from plimsoll.record import Finding
from plimsoll.standard.verdicts import Outcome

_LEAST_ROUNDS = 3


def judge_contention(trial: Trial, control: Finding) -> Finding:
    """Stricter: in every round one gang is bound whole, the other not at all, and later whole."""
    wanted = range(1, trial.cell.rounds + 1)
    results = [_round(trial, control, number) for number in wanted]
    facts = tuple(number for _, _, used in results for number in used)
    for outcome, because, used in results:
        if outcome is Outcome.VIOLATED:
            return trial.finding(
                c.ONE_OF_TWO_RUNS,
                outcome,
                because,
                used,
                next_step="use an engine that decides on a whole gang before it binds any pod",
            )
    held = sum(outcome is Outcome.HELD for outcome, _, _ in results)
    if held and held >= min(_LEAST_ROUNDS, trial.cell.rounds):
        because = f"in {held} of {len(results)} rounds one gang ran whole, then the other"
        return trial.finding(c.ONE_OF_TWO_RUNS, Outcome.HELD, because, facts)
    open_ = [because for outcome, because, _ in results if outcome is not Outcome.HELD]
    because = f"only {held} of {len(results)} rounds decide: {open_[0] if open_ else 'none tried'}"
    return trial.finding(c.ONE_OF_TWO_RUNS, Outcome.UNDECIDED, because, facts, next_step=QUIETER)


def _round(trial: Trial, control: Finding, number: int) -> tuple[Outcome, str, tuple[int, ...]]:
    span = trial.step(CONTENTION, round_=number)
    trouble = trial.trouble(span)
    if span is None or trouble:
        return Outcome.UNDECIDED, f"round {number}: {trouble}", ()
    bindings = {gang: trial.binding(span, gang) for gang in span.window.gangs}
    facts = tuple(number for binding in bindings.values() for number in binding.facts)
    counts = " and ".join(f"{binding.peak} of {binding.size}" for binding in bindings.values())
    seen = f"round {number}: {counts} pods of the two gangs were bound"
    winners = [gang for gang, binding in bindings.items() if binding.whole]
    if not all(trial.in_charge(span, gang) for gang in bindings):
        return Outcome.UNDECIDED, f"{seen}; the engine was not in charge of both", facts
    if len(winners) > 1:
        return Outcome.UNDECIDED, f"{seen}: there was room for both", facts
    if not winners:
        doubt = late_doubt(trial, span, span.window.gangs[0], control)
        outcome = Outcome.UNDECIDED if doubt else Outcome.VIOLATED
        return outcome, f"{seen}: neither runs; {doubt}".rstrip("; "), facts
    losers = [gang for gang in bindings if gang not in winners]
    if any(bindings[gang].peak for gang in losers):
        return Outcome.VIOLATED, f"{seen}: the one that waits holds a part", facts
    return _handover(trial, control, number, losers[0])


def _handover(
    trial: Trial, control: Finding, number: int, loser: str
) -> tuple[Outcome, str, tuple[int, ...]]:
    span = trial.step(HANDOVER, round_=number)
    trouble = trial.trouble(span)
    if span is None or trouble:
        return Outcome.UNDECIDED, f"round {number}, second gang: {trouble}", ()
    binding = trial.binding(span, loser)
    seen = f"round {number}: {binding.peak} of {binding.size} pods of the second gang were bound"
    if binding.whole:
        return Outcome.HELD, seen, binding.facts
    doubt = late_doubt(trial, span, loser, control)
    outcome = Outcome.UNDECIDED if doubt else Outcome.VIOLATED
    return outcome, f"{seen} after the first had gone; {doubt}".rstrip("; "), binding.facts


def judge_partial_hold(trial: Trial, control: Finding) -> Finding:
    """Stricter: no gang of the cell was bound in part for longer than binding takes."""
    measured = list(_measured(trial))
    if not measured:
        because = "no gang was watched without a gap"
        return trial.finding(c.NO_PARTIAL_HOLD, Outcome.UNDECIDED, because, next_step=QUIETER)
    worst = max(measured, key=lambda binding: binding.partial_seconds)
    because = (
        f"the longest time for which a gang held a part was {worst.partial_seconds:.1f} s "
        f"({worst.peak} of {worst.size} pods), of {len(measured)} watched; binding may take "
        f"{trial.tolerance:.0f} s"
    )
    if worst.partial_seconds <= trial.tolerance and control.outcome is not Outcome.HELD:
        because = f"{because}, without its control: {control.because}"
        return trial.finding(c.NO_PARTIAL_HOLD, Outcome.UNDECIDED, because, next_step=QUIETER)
    if worst.partial_seconds <= trial.tolerance:
        facts = tuple(number for binding in measured for number in binding.facts)
        return trial.finding(c.NO_PARTIAL_HOLD, Outcome.HELD, because, facts)
    return trial.finding(
        c.NO_PARTIAL_HOLD,
        Outcome.VIOLATED,
        because,
        worst.facts,
        next_step="use a mode of the engine that places all or nothing",
    )


def _measured(trial: Trial) -> Iterator[Binding]:
    """Yield the binding of every gang that an engine was in charge of in a window that decides."""
    for span in trial.spans:
        if trial.trouble(span):
            continue
        for gang in span.window.gangs:
            if trial.gangs[gang].owner_uid and trial.in_charge(span, gang):
                yield trial.binding(span, gang)
