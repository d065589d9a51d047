"""Judging of one gang at a time: the engine, the control, too little room, enough, room returning.

Pure. A counter-example counts only of an engine that was in charge; that nothing was bound counts
only with its control, a reason that names room and not quota, and a watch without a gap.
"""

from __future__ import annotations

from plimsoll.checks.gang_scheduling import claims as c
from plimsoll.checks.gang_scheduling.observations import AMPLE, CONTROL, LIVENESS, NEGATIVE
from plimsoll.checks.gang_scheduling.trial import Binding, Span, Trial
from plimsoll.record import Finding
from plimsoll.standard.verdicts import Outcome

ENABLE = (
    "labels and objects alone gang nothing: start the engine's controller, or turn on its feature "
    "gate (native PodGroups: GenericWorkload on API server and scheduler)"
)
ALL_OR_NOTHING = "use an engine, or a mode of it, that places all or nothing"
QUIETER = "run again when the nodes are quiet, or name quieter ones with --gang-nodes"


def judge_in_charge(trial: Trial) -> Finding:
    """Control: the engine wrote a status on the object of at least one gang of this run."""
    for span in trial.spans:
        for gang in span.window.gangs:
            if trial.in_charge(span, gang):
                because = f"it wrote a status on the {trial.cell.group_kind} of a gang of this run"
                facts = (span.start, span.end)
                return trial.finding(c.ENGINE_IN_CHARGE, Outcome.HELD, because, facts)
    made = [gang for gang in trial.gangs.values() if gang.owner_uid]
    if not made:
        because = trial.blocked_reason() or "no gang was made in this cell"
        return trial.finding(c.ENGINE_IN_CHARGE, Outcome.UNDECIDED, because, next_step=QUIETER)
    because = (
        f"{trial.cell.engine} did not take charge of any of {len(made)} gangs: no "
        f"{trial.cell.group_kind} got a status, so there are labels and no engine that acts on them"
    )
    return trial.finding(c.ENGINE_IN_CHARGE, Outcome.VIOLATED, because, next_step=ENABLE)


def judge_control(trial: Trial) -> Finding:
    """Control: of N plain pods exactly as many bind as are free, in the same scarcity."""
    span = trial.step(CONTROL)
    trouble = trial.trouble(span)
    if span is None or trouble:
        because = f"no control: {trouble}"
        return trial.finding(c.PLAIN_PODS_FILL, Outcome.UNDECIDED, because, next_step=QUIETER)
    binding = trial.binding(span, span.window.gangs[0])
    free = span.window.free_pods
    because = f"{binding.last} of {binding.size} plain pods were bound where {free} fit"
    exact = binding.last == binding.peak == free and 0 < free < binding.size
    if exact and binding.seen == binding.size:
        return trial.finding(c.PLAIN_PODS_FILL, Outcome.HELD, because, binding.facts)
    because = f"{because}: scarcity is not proven"
    return trial.finding(
        c.PLAIN_PODS_FILL, Outcome.VIOLATED, because, binding.facts, next_step=QUIETER
    )


def judge_negative(trial: Trial, control: Finding) -> Finding:
    """KAR: of a gang that does not fit no pod is bound, and its object says why it waits."""
    span = trial.step(NEGATIVE)
    trouble = trial.trouble(span)
    if span is None or trouble:
        return trial.finding(c.OVERSIZED_GANG_WAITS, Outcome.UNDECIDED, trouble, next_step=QUIETER)
    gang = span.window.gangs[0]
    binding = trial.binding(span, gang)
    if not trial.in_charge(span, gang):
        outcome, step = Outcome.UNDECIDED, ENABLE
        because = f"no {trial.cell.group_kind} has a status of the engine: it was not in charge"
    elif binding.peak:
        outcome, because = _split(trial, span, binding, control)
        step = ALL_OR_NOTHING
    elif trial.let_through(span, gang):
        outcome, step = Outcome.UNDECIDED, ALL_OR_NOTHING
        because = (
            f"nothing was bound, but the {trial.cell.group_kind} says that the gang may start: it "
            "was let through although it does not fit, and its pods were refused one by one"
        )
    elif doubt := _doubt(trial, control, trial.waiting_reason(span, gang)):
        outcome, because, step = Outcome.UNDECIDED, f"nothing was bound, but {doubt}", QUIETER
    else:
        outcome, step = Outcome.HELD, ""
        because = (
            f"0 of {binding.size} pods bound in {span.closed - span.opened:.0f} s with room for "
            f"{span.window.free_pods}; it waits: {trial.waiting_reason(span, gang)}"
        )
    return trial.finding(c.OVERSIZED_GANG_WAITS, outcome, because, binding.facts, next_step=step)


def _split(trial: Trial, span: Span, binding: Binding, control: Finding) -> tuple[Outcome, str]:
    """Judge a gang of which something was bound although it should not fit."""
    if binding.whole:
        because = f"all {binding.size} pods were bound: there was more room than was measured"
        return Outcome.UNDECIDED, because
    because = (
        f"{binding.peak} of {binding.size} pods of a gang that does not fit were bound, and held "
        f"their resources for {binding.partial_seconds:.0f} of {span.closed - span.opened:.0f} s"
    )
    if control.outcome is Outcome.HELD or binding.partial_seconds > trial.tolerance:
        return Outcome.VIOLATED, because
    return Outcome.UNDECIDED, f"{because}, without a control"


def _doubt(trial: Trial, control: Finding, reason: str) -> str:
    """Return why that nothing was bound does not show all-or-nothing placement."""
    quota = trial.quota
    if control.outcome is not Outcome.HELD:
        return f"without its control: {control.because}"
    if not reason:
        return f"the {trial.cell.group_kind} gives no reason for waiting"
    if any(word in reason for word in trial.cell.quota_words):
        return f"for want of quota, not of room: {reason}"
    if quota is not None and quota < trial.cell.size:
        return f"its quota admits only {quota} pods, so room was not what it lacked"
    if not _ran_with_room(trial):
        return "no such gang ran with more room either, so room may not be what it lacked"
    return ""


def _ran_with_room(trial: Trial) -> bool:
    """Tell whether a gang of this shape was seen bound whole when there was room."""
    spans = [span for step in (AMPLE, LIVENESS) if (span := trial.step(step))]
    return any(trial.binding(span, span.window.gangs[0]).whole for span in spans if span.end)


def judge_ample(trial: Trial, control: Finding) -> Finding:
    """KAR: all pods of a gang that fits run, within the deadline."""
    return _judge_running(trial, control, c.FITTING_GANG_RUNS, AMPLE)


def judge_liveness(trial: Trial, control: Finding) -> Finding:
    """Stricter: the gang that waited is bound whole after a blocker went, within the deadline."""
    waited = trial.step(NEGATIVE)
    if (
        waited is None
        or trial.trouble(waited)
        or trial.binding(waited, waited.window.gangs[0]).peak
    ):
        because = "no gang was seen waiting whole, so none could start when room returned"
        return trial.finding(c.WAITING_GANG_RUNS, Outcome.UNDECIDED, because, next_step=QUIETER)
    return _judge_running(trial, control, c.WAITING_GANG_RUNS, LIVENESS)


def _judge_running(trial: Trial, control: Finding, claim: str, step: str) -> Finding:
    span = trial.step(step)
    trouble = trial.trouble(span)
    if span is None or trouble:
        return trial.finding(claim, Outcome.UNDECIDED, trouble, next_step=QUIETER)
    gang = span.window.gangs[0]
    binding, running = trial.binding(span, gang), trial.running(span, gang)
    because = (
        f"{binding.peak} of {binding.size} pods bound and {running} running "
        f"within {span.closed - span.opened:.1f} s"
    )
    if binding.whole and running >= binding.size:
        return trial.finding(claim, Outcome.HELD, because, binding.facts)
    doubt = late_doubt(trial, span, gang, control)
    if binding.whole and not doubt:
        doubt = "all are bound, so what is missing is the start of containers"
    return trial.finding(
        claim,
        Outcome.UNDECIDED if doubt else Outcome.VIOLATED,
        f"{because}; {doubt}" if doubt else because,
        binding.facts,
        next_step=f"see the events of the gang's {trial.cell.group_kind} and pods",
    )


def late_doubt(trial: Trial, span: Span, gang: str, control: Finding) -> str:
    """Return why a gang that is not bound in time does not count against the engine, if so."""
    if not trial.in_charge(span, gang):
        return "the engine was not in charge of it"
    if control.outcome is not Outcome.HELD:
        return f"room for it is not proven: {control.because}"
    if outside := trial.outside(span):
        return f"it waited on the outside: {outside}"
    if span.closed - span.opened < span.window.seconds:
        return f"it was watched for less than its deadline of {span.window.seconds:.0f} s"
    return ""
