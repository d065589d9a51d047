"""Verifying a run folder: whether its files are as written and its facts give its verdicts.

Three questions, all answered offline: does every file have the hash that the manifest names, does
judging the facts again give the recorded verdicts, and do the reports say what the facts say. With
the same judge version a different verdict is a problem; a newer judge that comes to something
else is shown beside the recorded one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from plimsoll.errors import ExitCode, PlimsollError
from plimsoll.evidence.judging import SHIPPED, Judges, judge_run
from plimsoll.evidence.manifest import (
    FORMAT,
    Manifest,
    Verdicts,
    build_manifest,
    code_digest,
    entries,
)
from plimsoll.evidence.run import changed, generated
from plimsoll.evidence.store import FACTS, GENERATED, MANIFEST, VERDICTS, EvidenceError, RunFolder
from plimsoll.record import Judgement, Record, exit_code


class JudgedAgain(Struct, frozen=True, kw_only=True):
    """One requirement as it was recorded and as it was judged now."""

    requirement: str
    recorded: Judgement | None
    again: Judgement
    differs: bool


class Verification(Struct, frozen=True, kw_only=True):
    """What verifying a run folder found. No problems: the folder is what it says it is."""

    run: str
    strict: bool
    files: int
    problems: list[str]
    notes: list[str]
    requirements: list[JudgedAgain]

    @property
    def exit_code(self) -> ExitCode:
        """TOOL_FAILED where there is a problem, else what the verdicts give."""
        if self.problems:
            return ExitCode.TOOL_FAILED
        return exit_code([line.again for line in self.requirements], strict=self.strict)


def verify(folder: Path, judges: Judges = SHIPPED) -> Verification:
    """Verify a run folder.

    What is wrong with an intact folder's content is listed as a problem; raises EvidenceError or
    FactError where the folder has no readable manifest, verdicts or facts at all.
    """
    run = RunFolder(folder)
    manifest = run.read_struct(MANIFEST, Manifest)
    if manifest.format > FORMAT:
        raise EvidenceError(
            f"the manifest has format {manifest.format}, this Plimsoll reads {FORMAT}",
            next_step=f"use Plimsoll {manifest.tool.version} or newer",
        )
    problems = list(_file_problems(run, manifest))
    try:
        record = run.record()
        judgements = judge_run(record, judges)
        recorded = run.read_struct(VERDICTS, Verdicts)
    except PlimsollError as error:
        if not problems:
            raise
        raise EvidenceError(
            "; ".join([*problems, error.what]), next_step=error.next_step
        ) from error
    lines = _judged_again(recorded, judgements)
    problems += _verdict_problems(lines, recorded, judgements)
    problems += _statement_problems(manifest, build_manifest(run, record, judgements))
    same_code = manifest.tool.code == code_digest()
    if same_code:
        problems += _report_problems(run, record, judgements, recorded, judges)
    return Verification(
        run=record.run.run,
        strict=record.run.strict,
        files=len(manifest.files),
        problems=problems,
        notes=list(_notes(lines, manifest, same_code=same_code)),
        requirements=lines,
    )


def _file_problems(run: RunFolder, manifest: Manifest) -> Iterator[str]:
    present = entries(run)
    for name, entry in manifest.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            yield f"the manifest names {name}, which lies outside the folder"
        elif name not in present:
            yield f"{name} is missing"
        elif present[name] != entry:
            yield f"{name} was changed: its SHA-256 is not the one in the manifest"
    for name in present:
        if name not in manifest.files:
            yield f"{name} is not in the manifest: it was added after the run"
    for name in (FACTS, *GENERATED):
        if name not in manifest.files:
            yield f"the manifest does not name {name}"


def _judged_again(recorded: Verdicts, judgements: Sequence[Judgement]) -> list[JudgedAgain]:
    before = {judgement.requirement: judgement for judgement in recorded.verdicts}
    lines = []
    for again in judgements:
        old = before.get(again.requirement)
        differs = old is None or changed(old, again)
        lines.append(
            JudgedAgain(requirement=again.requirement, recorded=old, again=again, differs=differs)
        )
    return lines


def _verdict_problems(
    lines: Sequence[JudgedAgain], recorded: Verdicts, judgements: Sequence[Judgement]
) -> Iterator[str]:
    for line in lines:
        old, again = line.recorded, line.again
        if old is None:
            yield f"{line.requirement}: the run has facts on it, but no verdict was recorded"
        elif old.judge_version > again.judge_version:
            yield (
                f"{line.requirement}: judged by version {old.judge_version} of its judge, this "
                f"Plimsoll has {again.judge_version}; use a newer one"
            )
        elif line.differs and old.judge_version == again.judge_version:
            yield f"{line.requirement}: {_difference(old, again)}, by the same judge"
    if recorded.exit_code != exit_code(recorded.verdicts, strict=recorded.strict):
        yield f"{VERDICTS} names an exit code that its verdicts do not give"
    judged = {judgement.requirement for judgement in judgements}
    for old in recorded.verdicts:
        if old.requirement not in judged:
            yield f"{old.requirement}: {old.verdict} is recorded, but the run has no facts on it"


def _difference(old: Judgement, again: Judgement) -> str:
    if (old.verdict, old.strict_verdict) == (again.verdict, again.strict_verdict):
        return "the recorded findings are not those that the facts give"
    return (
        f"recorded as {old.verdict} (strict {old.strict_verdict}), "
        f"but the facts give {again.verdict} (strict {again.strict_verdict})"
    )


def _statement_problems(manifest: Manifest, expected: Manifest) -> Iterator[str]:
    """Compare what the manifest says of the run, beside hashes, with what the facts say."""
    exempt = {"format", "tool", "judges", "files"}
    for name in manifest.__struct_fields__:
        if name not in exempt and getattr(manifest, name) != getattr(expected, name):
            yield f"the manifest's {name!r} is not what the facts say"


def _report_problems(
    run: RunFolder,
    record: Record,
    judgements: Sequence[Judgement],
    recorded: Verdicts,
    judges: Judges,
) -> Iterator[str]:
    for name, content in generated(record, judgements, recorded.earlier, judges).items():
        if run.has(name) and run.read(name) != content:
            yield f"{name} does not say what the facts say"


def _notes(lines: Sequence[JudgedAgain], manifest: Manifest, *, same_code: bool) -> Iterator[str]:
    for line in lines:
        old, again = line.recorded, line.again
        if old is not None and line.differs and old.judge_version < again.judge_version:
            yield (
                f"{line.requirement}: {_difference(old, again)}; recorded by judge "
                f"{old.judge_version}, judged again by the newer judge {again.judge_version}"
            )
    if not same_code:
        yield (
            f"the reports were written by Plimsoll {manifest.tool.version} with other code; "
            "their hashes were compared, their text was not"
        )
