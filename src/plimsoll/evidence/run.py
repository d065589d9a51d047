"""Writing what follows from a run's facts: verdicts, reports, manifest.

Promises that the generated files are a pure function of the facts (and of earlier judgements, for
`verdicts.json`), so `verify` can compare them byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plimsoll.evidence import gotest, html, junit
from plimsoll.evidence.judging import SHIPPED, Judges, judge_run, understood
from plimsoll.evidence.manifest import (
    Manifest,
    Verdicts,
    build_manifest,
    build_verdicts,
    encode,
)
from plimsoll.evidence.store import (
    FACTS,
    JUNIT,
    MANIFEST,
    REPORT,
    RESULTS,
    VERDICTS,
    EvidenceError,
    RunFolder,
    sha256,
)
from plimsoll.record import Judgement, Record


def write_run(folder: Path, judges: Judges = SHIPPED) -> list[Judgement]:
    """Judge a run from its facts and write all generated files and the manifest.

    For the end of a check, and for whatever changed a file of the run folder on purpose
    (`cleanup` writes the journal). Raises EvidenceError or FactError for a damaged folder.
    """
    run = RunFolder(folder)
    record = run.record()
    judgements = judge_run(record, judges)
    _write(run, record, judgements, (), judges)
    return judgements


def rewrite_run(folder: Path, judges: Judges = SHIPPED) -> list[Judgement]:
    """Write the generated files of a finished run again, after a look at its facts' hash.

    Judgements by an older judge that came to something else are kept in `verdicts.json`. Raises
    EvidenceError when the facts are not those of the manifest, or the folder is damaged.
    """
    run = RunFolder(folder)
    if run.has(MANIFEST):
        _refuse_changed_facts(run)
    record = run.record()
    judgements = judge_run(record, judges)
    earlier = _earlier(run, judgements) if run.has(VERDICTS) else []
    _write(run, record, judgements, earlier, judges)
    return judgements


def generated(
    record: Record,
    judgements: Sequence[Judgement],
    earlier: Sequence[Judgement] = (),
    judges: Judges = SHIPPED,
) -> dict[str, bytes]:
    """Return the generated files by name, as they follow from facts and judgements.

    Raises EvidenceError for facts that cannot be shown.
    """
    with understood("the facts cannot be shown in a report"):
        return {
            VERDICTS: encode(build_verdicts(record, judgements, earlier)),
            JUNIT: junit.render(record, judgements, judges),
            RESULTS: gotest.render(record, judgements, judges),
            REPORT: html.render(record, judgements, earlier, judges),
        }


def changed(recorded: Judgement, again: Judgement) -> bool:
    """Tell whether two judgements differ in what they say, not in how they word it."""
    return _essence(recorded) != _essence(again)


def _essence(judgement: Judgement) -> tuple[object, ...]:
    outcomes = [(found.claim, found.group, found.outcome) for found in judgement.findings]
    return judgement.verdict, judgement.strict_verdict, sorted(outcomes)


def _write(
    run: RunFolder,
    record: Record,
    judgements: Sequence[Judgement],
    earlier: Sequence[Judgement],
    judges: Judges,
) -> None:
    for name, content in generated(record, judgements, earlier, judges).items():
        run.write(name, content)
    run.write(MANIFEST, encode(build_manifest(run, record, judgements)))


def _refuse_changed_facts(run: RunFolder) -> None:
    entry = run.read_struct(MANIFEST, Manifest).files.get(FACTS)
    if run.has(FACTS) and (entry is None or entry.sha256 != sha256(run.path / FACTS)):
        raise EvidenceError(
            f"{run.path / FACTS} is not the file that the manifest names: its hash differs",
            next_step="a report of changed facts would be no evidence; get the folder again",
        )


def _earlier(run: RunFolder, judgements: Sequence[Judgement]) -> list[Judgement]:
    recorded = run.read_struct(VERDICTS, Verdicts)
    current = {judgement.requirement: judgement for judgement in judgements}
    return [
        *recorded.earlier,
        *(
            old
            for old in recorded.verdicts
            if old.requirement in current
            and old.judge_version < current[old.requirement].judge_version
            and changed(old, current[old.requirement])
        ),
    ]
