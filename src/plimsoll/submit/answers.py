"""From verdicts to cells: what the run, and the official suite's results, say of a requirement.

Only PASS becomes Implemented, and only where no official test failed; nothing that is open is ever
turned into a claim. What a person has to do about an open cell is said with it.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from plimsoll import checks
from plimsoll.evidence.conditions import discoveries, short
from plimsoll.evidence.store import FACTS, MANIFEST, REPORT
from plimsoll.evidence.view import next_step, platform
from plimsoll.record import Judgement
from plimsoll.record.facts import Discovered
from plimsoll.standard.verdicts import Verdict
from plimsoll.submission import Item
from plimsoll.submission.folder import MOST_EVIDENCE
from plimsoll.submission.results import Outcome
from plimsoll.submit.official_suite import OfficialResult
from plimsoll.submit.run import Run

RUN_FOLDER = "plimsoll-run"
PAGES = "evidence"

IMPLEMENTED = "Implemented"
NOT_IMPLEMENTED = "Not Implemented"
NOT_APPLICABLE = "N/A"

NOT_RUN = "not run"
NO_CHECK = "no check"

_BECAUSE = 600
"""Longest reason in the notes, in characters."""

_STATUS = {
    Verdict.PASS: IMPLEMENTED,
    Verdict.FAIL: NOT_IMPLEMENTED,
    Verdict.NOT_APPLICABLE: NOT_APPLICABLE,
}


class Answer(Struct, frozen=True, kw_only=True):
    """What is written into one cell, and what is left to a person."""

    requirement: str
    level: str
    verdict: str
    """A Verdict, NOT_RUN or NO_CHECK."""
    strict_verdict: str = ""
    status: str = ""
    evidence: tuple[str, ...] = ()
    notes: str = ""
    because: str = ""
    strict_because: str = ""
    todo: str = ""
    """What a person can do about an empty or failed cell."""
    disagreement: str = ""
    """Where the official suite's result and the verdict do not go together."""
    official: OfficialResult | None = None

    @property
    def page(self) -> str:
        """Return the path of its page; empty where the cell claims nothing of the run."""
        path = page_path(self.requirement)
        return path if path in self.evidence else ""


def page_path(requirement: str) -> str:
    """Return where a requirement's page lies in a submission."""
    return f"{PAGES}/{requirement}.md"


def answer(item: Item, run: Run, official: OfficialResult | None) -> Answer:
    """Return the answer to one item of the checklist."""
    judgement = run.judgements.get(item.id)
    if judgement is None:
        return _unchecked(item, official)
    disagreement = _disagreement(judgement.verdict, official)
    base = Answer(
        requirement=item.id,
        level=item.level,
        verdict=str(judgement.verdict),
        strict_verdict=str(judgement.strict_verdict),
        because=short(judgement.because, _BECAUSE),
        strict_because=short(judgement.strict_because, _BECAUSE),
        todo=_todo(judgement),
        disagreement=disagreement,
        official=official,
    )
    status = _STATUS.get(judgement.verdict, "")
    if disagreement and status != NOT_IMPLEMENTED:
        status = ""
    if not status:
        return _open(base)
    return replace(
        base,
        status=status,
        evidence=(page_path(item.id), *_links(run), *_passed(base)),
        notes=_notes(judgement, run, official, disagreement),
    )


def _links(run: Run) -> tuple[str, ...]:
    """Return what every cell links of the run: its report, and its facts unless they are huge."""
    facts = FACTS if (run.folder / FACTS).stat().st_size <= MOST_EVIDENCE else MANIFEST
    return f"{RUN_FOLDER}/{REPORT}", f"{RUN_FOLDER}/{facts}"


def _open(base: Answer) -> Answer:
    """Return the answer for a cell that stays empty."""
    return replace(base, todo=_settle(base), evidence=_open_evidence(base))


def _open_evidence(base: Answer) -> tuple[str, ...]:
    """Return the official results for an open cell; none where an empty SHOULD must stay empty."""
    return _passed(base) if base.level == "MUST" else ()


def _passed(base: Answer) -> tuple[str, ...]:
    """Return the official results to link: those of tests that passed, everywhere."""
    official = base.official
    return official.links if official and official.outcome is Outcome.PASSED else ()


def _settle(base: Answer) -> str:
    if base.disagreement:
        return f"{base.disagreement}; find out which is right, then check again"
    if base.official and base.official.outcome is Outcome.PASSED:
        return (
            f"{base.todo}. The official {base.official.words}: if that covers it, "
            f'write status: "{IMPLEMENTED}"'
        )
    return base.todo


def _unchecked(item: Item, official: OfficialResult | None) -> Answer:
    checkable = item.id in checks.available()
    if checkable:
        todo = f"run `plimsoll check {item.id}`, or fill the cell with evidence of your own"
    elif item.level == "MUST":
        todo = "Plimsoll has no check for it: fill the cell with evidence of your own"
    else:
        todo = "Plimsoll has no check for it: fill the cell by hand, or leave it empty"
    base = Answer(
        requirement=item.id,
        level=item.level,
        verdict=NOT_RUN if checkable else NO_CHECK,
        todo=todo,
        disagreement=_official_failure(official),
        official=official,
    )
    return _open(base)


def _todo(judgement: Judgement) -> str:
    step = short(next_step(judgement, strict=False), _BECAUSE)
    match judgement.verdict:
        case Verdict.PASS | Verdict.NOT_APPLICABLE:
            return ""
        case Verdict.FAIL:
            return step or "mend the platform, then check again"
        case Verdict.SKIPPED:
            return f"it was left out ({short(judgement.because)}); check it, or fill the cell"
        case Verdict.UNKNOWN:
            return step or "Plimsoll has no probe for this accelerator: fill the cell by hand"
        case _:
            return step or "check again, or fill the cell with evidence of your own"


def _disagreement(verdict: Verdict, official: OfficialResult | None) -> str:
    if official is None:
        return ""
    worse = official.outcome is Outcome.FAILED and verdict is not Verdict.FAIL
    better = official.outcome is Outcome.PASSED and verdict in {
        Verdict.FAIL,
        Verdict.NOT_APPLICABLE,
    }
    differs = worse or better
    return f"Plimsoll's verdict is {verdict}, but the official {official.words}" if differs else ""


def _official_failure(official: OfficialResult | None) -> str:
    if official is None or official.outcome is not Outcome.FAILED:
        return ""
    return f"the official {official.words}"


def _notes(
    judgement: Judgement, run: Run, official: OfficialResult | None, disagreement: str
) -> str:
    parts = [_verdict_words(judgement), _found(judgement, run), _strictly(judgement)]
    if disagreement:
        parts.append(f"{disagreement}.")
    elif official is not None:
        parts.append(f"The official {official.words}.")
    started = run.record.run
    parts.append(
        f"Checked by behaviour with Plimsoll {started.tool_version} on {_where(run)}, {run.date}, "
        f"run {run.id}; "
        f"`plimsoll verify {RUN_FOLDER}` judges its facts again. "
        "Not a result of the official test suite."
    )
    return " ".join(part for part in parts if part)


def _where(run: Run) -> str:
    """Return the platform's name, where the run knows one, and its Kubernetes version."""
    kubernetes = f"Kubernetes {run.record.run.cluster_version}"
    named = platform(run.record)
    return kubernetes if named == kubernetes else f"{named}, {kubernetes}"


def _verdict_words(judgement: Judgement) -> str:
    because = short(judgement.because, _BECAUSE)
    match judgement.verdict:
        case Verdict.NOT_APPLICABLE:
            return f"The requirement's condition is absent: {because}."
        case Verdict.FAIL:
            return f"Observed: {because}."
        case _:
            return f"{because[:1].upper()}{because[1:]}."


def _found(judgement: Judgement, run: Run) -> str:
    """Return what discovery found, for a requirement that does not apply."""
    if judgement.verdict is not Verdict.NOT_APPLICABLE:
        return ""
    rows = discoveries(run.record.of(Discovered, requirement=judgement.requirement))
    words = [f"{row.name}: {'; '.join(row.value.splitlines())}" for row in rows]
    return short(f"Discovery found {' | '.join(words)}.", _BECAUSE) if words else ""


def _strictly(judgement: Judgement) -> str:
    """Return what Plimsoll's own stricter claims came to, where that is something else."""
    if judgement.strict_verdict is judgement.verdict:
        return ""
    return (
        f"Of what Plimsoll asks beyond the checklist: {judgement.strict_verdict}, "
        f"{short(judgement.strict_because, _BECAUSE)}."
    )
