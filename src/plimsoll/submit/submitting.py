"""From a run to a submission, in one call: verify, answer, fill, copy, lint.

Nothing is written before the run is verified and everything given has been read and found good.
"""

from __future__ import annotations

import codecs
import posixpath
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from plimsoll.errors import PlimsollError
from plimsoll.evidence.judging import SHIPPED, Judges
from plimsoll.evidence.store import FACTS
from plimsoll.evidence.view import platform
from plimsoll.lint import lint
from plimsoll.submission import PRODUCT, Checklist, Finding, Submission, load, parse
from plimsoll.submit import page
from plimsoll.submit.answers import PAGES, Answer, answer
from plimsoll.submit.filling import Change, fill
from plimsoll.submit.folder import SUMS, Target, copies
from plimsoll.submit.memory import MEMORY, Memory, Written, WrittenCell, encode, recall, sha256
from plimsoll.submit.official_suite import FOLDER, OfficialSuite
from plimsoll.submit.outcome import CellOutcome, Submitted
from plimsoll.submit.product import metadata_of
from plimsoll.submit.run import LARGE, Run, read_run, refuse_other_version
from plimsoll.text import path_text


class Request(Struct, frozen=True, kw_only=True):
    """What a submission is written from."""

    run: Path
    checklist: Checklist
    template: bytes
    """The checklist's file, as it is."""
    metadata: dict[str, str]
    out: Path
    suite: OfficialSuite | None = None
    judges: Judges = SHIPPED


def submit(request: Request) -> Submitted:
    """Write, or bring up to date, the submission in `request.out`.

    Raises EvidenceError or FactError for a run that is not as it was written, UsageError for one
    of another version, and PlimsollError for a folder that may not, or cannot, be written.
    """
    run = read_run(request.run, request.judges)
    refuse_other_version(run, request.checklist)
    target = Target(request.out)
    _refuse_nested(request.out)
    target.refuse_foreign()
    memory = _memory(request)
    target.refuse_changed_run(copies(run), memory)
    answers = _answers(request, run)
    template = parse(request.template, request.checklist.path)
    found = _found(target, template)
    product = target.read(PRODUCT) if target.has(PRODUCT) else b""
    last = memory.written(product)
    filled = fill(found, template, last, request.metadata, answers)
    plan = _Plan(
        answers=answers,
        files=_files(request, run, answers),
        product=_encoded(filled.text, found),
        found=product,
        memory=memory,
    )
    changes = _write(plan, request, run, target)
    return _outcome(request, run, answers, (*filled.changes, *changes))


def refuse_unfit(run: Path, checklist: Checklist, judges: Judges = SHIPPED) -> None:
    """Raise what `submit` would for a run that is not as written, or of another version."""
    refuse_other_version(read_run(run, judges), checklist)


class _Plan(Struct, frozen=True, kw_only=True):
    """What is about to be written."""

    answers: tuple[Answer, ...]
    files: dict[str, bytes]
    """Beside PRODUCT.yaml and the run, by path."""
    product: bytes
    found: bytes
    """PRODUCT.yaml as it stands there; empty without one."""
    memory: Memory
    """Of the call before."""

    def written(self, metadata: dict[str, str], copied: dict[str, str]) -> Written:
        """Return what is written, for the next call."""
        return Written(
            metadata=metadata,
            cells={each.requirement: _cell(each) for each in self.answers},
            files={name: sha256(content) for name, content in self.files.items()} | copied,
        )


def _encoded(text: str, found: Submission) -> bytes:
    mark = codecs.BOM_UTF8 if found.tree is not None and found.tree.byte_order_mark else b""
    return mark + text.encode()


def metadata_there(path: Path) -> dict[str, str]:
    """Return the metadata of the PRODUCT.yaml at `path` when all is there; else nothing."""
    return metadata_of(load(path).submission)


def _memory(request: Request) -> Memory:
    memory = recall(request.out)
    if memory is None:
        return Memory(version=request.checklist.version)
    if memory.version != request.checklist.version:
        raise PlimsollError(
            f"{request.out} holds a submission for {memory.version}, the checklist is for "
            f"{request.checklist.version}",
            next_step="name another folder with --out",
        )
    return memory


def _refuse_nested(out: Path) -> None:
    """Raise PlimsollError for a folder in any run: that run would no longer verify."""
    whole = out.resolve()
    run = next((each for each in (whole, *whole.parents) if (each / FACTS).is_file()), None)
    if run is not None:
        raise PlimsollError(
            f"{out} lies in the run folder {run}, which would no longer verify",
            next_step="name a folder elsewhere with --out",
        )


def _found(target: Target, template: Submission) -> Submission:
    """Return the submission to fill: a person's where there is one, else the checklist."""
    if not target.has(PRODUCT):
        return template
    path = path_text(target.path / PRODUCT)
    found = parse(target.read(PRODUCT), path)
    if found.problems:
        problem = found.problems[0]
        raise PlimsollError(
            f"{problem.place}: {problem.what}",
            next_step=f"mend it (`plimsoll lint {path}` says how), or move it away, and try again",
        )
    if found.kubernetes_version not in {"", template.kubernetes_version}:
        raise PlimsollError(
            f"{path} is for {found.kubernetes_version}, the checklist for "
            f"{template.kubernetes_version}",
            next_step="name another folder with --out",
        )
    return found


def _answers(request: Request, run: Run) -> tuple[Answer, ...]:
    results = request.suite.requirements if request.suite else {}
    return tuple(answer(item, run, results.get(item.id)) for item in request.checklist.items)


def _files(request: Request, run: Run, answers: Sequence[Answer]) -> dict[str, bytes]:
    """Return the files beside PRODUCT.yaml and the run, by path."""
    files = {each.page: page.render(each, run) for each in answers if each.page}
    if request.suite is not None:
        files |= {f"{FOLDER}/{name}": request.suite.content(name) for name in request.suite.files}
    return files


def _write(plan: _Plan, request: Request, run: Run, target: Target) -> list[Change]:
    """Write the memory first and PRODUCT.yaml after what it links."""
    memory, copied = plan.memory, copies(run)
    last = memory.written(plan.found)
    now = Memory(
        version=request.checklist.version,
        now=plan.written(request.metadata, copied),
        product=sha256(plan.product),
        before=last,
        found=sha256(plan.found),
    )
    target.write(MEMORY, encode(now))
    done = [target.put_run(run, copied)]
    done += [target.put(name, content, memory) for name, content in plan.files.items()]
    gone = [name for name in last.files if name not in plan.files and _generated(name)]
    done += [target.remove(name, memory) for name in gone]
    if plan.product != plan.found:
        target.write(PRODUCT, plan.product)
    target.write(SUMS, target.sums())
    return [change for change in done if change is not None]


def _cell(each: Answer) -> WrittenCell:
    return WrittenCell(status=each.status, evidence=each.evidence, notes=each.notes)


def _generated(name: str) -> bool:
    """Tell whether a file may be removed by its name; a memory may come from anybody."""
    inside = posixpath.normpath(name) == name
    return inside and name.startswith((f"{PAGES}/", f"{FOLDER}/"))


def _outcome(
    request: Request, run: Run, answers: Sequence[Answer], changes: Sequence[Change]
) -> Submitted:
    loaded = load(request.out / PRODUCT)
    findings = lint(loaded, request.checklist)
    written = {cell.id: cell for cell in loaded.submission.cells}
    return Submitted(
        out=path_text(request.out),
        version=request.checklist.version,
        run=run.id,
        platform=platform(run.record),
        cells=tuple(
            CellOutcome(
                answer=each,
                status=written[each.requirement].status,
                yours=written[each.requirement].status != each.status,
                breaks=_broken(findings, each.requirement),
            )
            for each in answers
            if each.requirement in written
        ),
        changes=tuple(changes),
        warnings=tuple(_warnings(request, run)),
        findings=tuple(findings),
    )


def _broken(findings: Sequence[Finding], requirement: str) -> tuple[str, ...]:
    rules = (each.official for each in findings if each.requirement == requirement)
    return tuple(dict.fromkeys(rule for rule in rules if rule))


def _warnings(request: Request, run: Run) -> list[str]:
    """Return what a person should know before publishing."""
    warnings = list(run.notes)
    if run.embedded:
        warnings.append(
            "the run is of the embedded platform: its names and addresses were not replaced by "
            "pseudonyms, and it shows no product; use it to rehearse, and do not publish it"
        )
    warnings += _other_product(request.metadata, run)
    beyond = [each for each in run.judgements if request.checklist.item(each) is None]
    warnings += [
        f"the run also says {run.judgements[each].verdict} of {each}, for which the checklist of "
        f"{request.checklist.version} has no cell"
        for each in beyond
    ]
    for name, path in run.files().items():
        size = path.stat().st_size
        if size > LARGE:
            warnings.append(f"{name} has {size >> 20} MiB; many code hosts refuse 100 MiB")
    if request.suite is not None:
        warnings += [*request.suite.failing, *request.suite.notes]
    return warnings


def _other_product(metadata: dict[str, str], run: Run) -> list[str]:
    """Say where the run names another product than the submission."""
    seen = run.record.discovered("product")
    told = seen.found if seen and not run.embedded else {}
    pairs = {"platformName": "name", "platformVersion": "version"}
    names = {key: told.get(key, told.get(short)) for key, short in pairs.items()}
    return [
        f"the run is of a product with {pairs[key]} {name!r}, the submission says {metadata[key]!r}"
        for key, name in names.items()
        if name and metadata.get(key) and str(name) != metadata[key]
    ]
