"""From a record to findings: did gangs start entirely or not at all, per engine, mode and kind.

Pure. A cell in which only the oversized gang was tried has three findings, a full cell one per
claim; what was discovered but cannot be tried is undecided by its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.checks.gang_scheduling import claims as c
from plimsoll.checks.gang_scheduling.contention import judge_contention, judge_partial_hold
from plimsoll.checks.gang_scheduling.observations import ENGINES, Cell, read
from plimsoll.checks.gang_scheduling.placement import (
    judge_ample,
    judge_control,
    judge_in_charge,
    judge_liveness,
    judge_negative,
)
from plimsoll.checks.gang_scheduling.trial import Sightings, Trial
from plimsoll.record import Finding, Record
from plimsoll.record.facts import Blocked
from plimsoll.standard.verdicts import Outcome

_INSTALL = "install a gang engine; these are known: Kueue, native PodGroups (Kubernetes 1.37)"


def judge(record: Record) -> Iterator[Finding]:
    """Yield the findings of gang_scheduling; `record` holds the facts of this requirement."""
    yield from _engines_without_adapter(record)
    sightings = Sightings(record)
    trials = [Trial(sightings, cell, fact.sequence) for fact, cell in read(record, Cell)]
    if not trials:
        yield from _nothing_tried(record)
        return
    negatives: list[tuple[Cell, Finding]] = []
    for trial in trials:
        for finding in judge_cell(trial):
            if finding.claim == c.OVERSIZED_GANG_WAITS:
                negatives.append((trial.cell, finding))
            yield finding
    yield _every_kind(negatives)


def judge_cell(trial: Trial) -> Iterator[Finding]:
    """Yield the findings of one cell: all claims, or in a quick cell the three that it tried."""
    control = judge_control(trial)
    yield judge_in_charge(trial)
    yield control
    yield judge_negative(trial, control)
    if trial.cell.full:
        yield judge_ample(trial, control)
        yield judge_liveness(trial, control)
        yield judge_contention(trial, control)
        yield judge_partial_hold(trial, control)


def _engines_without_adapter(record: Record) -> Iterator[Finding]:
    engines = record.discovered(ENGINES)
    for engine in engines.found.get("without_adapter", []) if engines else []:
        because = f"{engine['name']} is installed ({engine['sign']}), but no adapter drives it yet"
        for claim in c.CLAIMS:
            if claim.id == c.EVERY_KIND:
                continue
            yield Finding(
                claim=claim.id,
                outcome=Outcome.UNDECIDED,
                because=because,
                group=str(engine["name"]),
                facts=(engines.sequence,) if engines else (),
                next_step="install one of the known engines beside it, or add an adapter",
            )


def _nothing_tried(record: Record) -> Iterator[Finding]:
    """Yield one undecided finding per claim that says why no cell was tried."""
    blocks = record.of(Blocked)
    engines = record.discovered(ENGINES)
    facts: tuple[int, ...]
    if blocks:
        because, step, facts = blocks[-1].reason, blocks[-1].next_step, (blocks[-1].sequence,)
    elif engines is None:
        because, step, facts = "discovery did not finish", "run the check again", ()
    elif engines.found.get("without_adapter"):
        return
    else:
        because, step, facts = "no gang engine was discovered", _INSTALL, (engines.sequence,)
    for claim in c.CLAIMS:
        yield Finding(
            claim=claim.id,
            outcome=Outcome.UNDECIDED,
            because=because,
            facts=facts,
            next_step=step,
        )


def _every_kind(negatives: list[tuple[Cell, Finding]]) -> Finding:
    """Judge whether each kind that was tried is ganged by some engine."""
    kinds: dict[str, list[tuple[Cell, Finding]]] = {}
    for cell, finding in negatives:
        kinds.setdefault(cell.kind, []).append((cell, finding))
    outcomes = {kind: {found.outcome for _, found in cells} for kind, cells in kinds.items()}
    broken = [kind for kind, seen in outcomes.items() if seen == {Outcome.VIOLATED}]
    held = [kind for kind, seen in outcomes.items() if Outcome.HELD in seen]
    undecided = [kind for kind in kinds if kind not in broken and kind not in held]
    facts = tuple(sorted({number for _, found in negatives for number in found.facts}))
    if broken:
        outcome, because = Outcome.VIOLATED, f"no engine gangs: {', '.join(broken)}"
        step = "use an engine or a mode that counts this kind"
    elif undecided:
        outcome, because = Outcome.UNDECIDED, f"not decided for: {', '.join(undecided)}"
        step = "see the findings of these groups"
    else:
        outcome, because, step = Outcome.HELD, f"ganged: {', '.join(held)}", ""
    return Finding(
        claim=c.EVERY_KIND, outcome=outcome, because=because, facts=facts, next_step=step
    )
