"""How a submission is shown: a line per cell, then what to do, what was kept, what to mind."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

import msgspec

from plimsoll.errors import ExitCode
from plimsoll.submission import Severity
from plimsoll.submit.filling import Change
from plimsoll.submit.outcome import CellOutcome, Submitted
from plimsoll.text import printable

WIDTH = 80
_KEPT = {"kept", "restored"}
_SUMMED = 6
"""From how many changes of a kind on they are counted by what they are of."""

_ENDINGS = {
    ExitCode.PASS: "the official validator's offline rules hold",
    ExitCode.FAIL: "something failed, see above",
    ExitCode.INCONCLUSIVE: "not ready to be handed in, see above",
}


def as_json(done: Submitted) -> str:
    """Return the outcome as indented JSON."""
    content = {"exit_code": int(done.exit_code), **msgspec.to_builtins(done)}
    for given, cell in zip(done.cells, content["cells"], strict=True):
        cell["todo"] = given.todo
        cell["overclaims"] = given.overclaims
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()


def show(done: Submitted) -> None:
    """Print the outcome for a person, at most WIDTH columns wide where words allow."""
    print(printable(f"{done.out}: submission for {done.version}, from run {done.run}\n"))
    for line in _lines(done):
        print(printable(line))


def _lines(done: Submitted) -> Iterator[str]:
    yield f"{'requirement':<28}{'level':<7}{'verdict':<15}status"
    for cell in done.cells:
        yield _row(cell)
    yield from _section("to do", _todo(done))
    yield from _section("the official validator would say", _refusals(done))
    yield from _section("these do not agree", _disagreements(done))
    yield from _section("beyond the checklist, by Plimsoll's stricter claims", _stricter(done))
    yield from _section("changed", _changes(c for c in done.changes if c.kind not in _KEPT))
    yield from _section("kept", _changes(c for c in done.changes if c.kind in _KEPT))
    yield from _section("lint", _lint(done))
    yield from _section("mind", done.warnings)
    if not done.changes:
        yield "\nnothing changed"
    yield f"\n{done.out}/PRODUCT.yaml: {_ENDINGS[done.exit_code]}"


def _row(cell: CellOutcome) -> str:
    answer = cell.answer
    status = f"{cell.status or '-'}{' (yours)' if cell.yours else ''}"
    return f"{answer.requirement:<28}{answer.level:<7}{answer.verdict:<15}{status}"


def _todo(done: Submitted) -> Iterator[str]:
    """Yield what is to be done, failures first; cells with the same to do share a line."""
    by_words: dict[str, list[CellOutcome]] = {}
    for cell in done.cells:
        if cell.todo:
            because = f"{cell.answer.because}; " if cell.answer.because else ""
            by_words.setdefault(f"{because}{cell.todo}", []).append(cell)
    urgent = sorted(by_words.items(), key=lambda pair: _urgency(pair[1][0]))
    for words, cells in urgent:
        yield f"{', '.join(cell.answer.requirement for cell in cells)}: {words}"


def _urgency(cell: CellOutcome) -> int:
    return 0 if cell.failed else 1 if cell.answer.level == "MUST" else 2


def _refusals(done: Submitted) -> Iterator[str]:
    """Yield what the validator says, and once for all alike why it says so."""
    by_why: dict[str, list[str]] = {}
    for finding in done.findings:
        if finding.official:
            where = finding.requirement or str(finding.place)
            by_why.setdefault(finding.why, []).append(f"{where}: {finding.official}")
    for why, lines in by_why.items():
        yield from dict.fromkeys(lines)
        if why:
            yield f"  why: {why}"


def _stricter(done: Submitted) -> Iterator[str]:
    for cell in done.cells:
        answer = cell.answer
        if answer.strict_verdict not in {"", answer.verdict}:
            yield f"{answer.requirement}: {answer.strict_verdict}: {answer.strict_because}"


def _disagreements(done: Submitted) -> Iterator[str]:
    for cell in done.cells:
        answer = cell.answer
        if answer.disagreement:
            yield f"{answer.requirement}: {answer.disagreement}"
        if cell.overclaims:
            yield f"{answer.requirement}: you say {cell.status}, the run says {answer.verdict}"


def _changes(changes: Iterable[Change]) -> Iterator[str]:
    """Yield a line per change; many alike are counted, since a first run changes everything."""
    by_kind: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        by_kind.setdefault((change.kind, _of(change)), []).append(change)
    for (kind, what), alike in by_kind.items():
        if kind not in _KEPT and len(alike) >= _SUMMED:
            yield f"{kind} {len(alike)} {what}"
            continue
        for change in alike:
            detail = f": {' '.join(change.detail.split())}" if change.detail else ""
            yield textwrap.shorten(f"{kind} {change.what}{detail}", 2 * WIDTH, placeholder=" ...")


def _of(change: Change) -> str:
    head = change.what.partition(".")[0]
    if "/" in change.what:
        return "files"
    return "values of metadata" if head == "metadata" else "values of cells"


def _lint(done: Submitted) -> Iterator[str]:
    for finding in done.findings:
        if not finding.official and finding.severity is not Severity.NOTE:
            yield f"{finding.place}: {finding.what}; {finding.fix}"


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    if not every:
        return
    yield ""
    yield f"{heading}:"
    for line in every:
        yield from textwrap.wrap(
            " ".join(line.split()),
            WIDTH,
            initial_indent="    " if line.startswith("  ") else "  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
