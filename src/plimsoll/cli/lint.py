"""`plimsoll lint`: what a submission's PRODUCT.yaml breaks, where, why and how it is mended."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from plimsoll.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from plimsoll.lint.formats import Report
    from plimsoll.lint.mending import Relint
    from plimsoll.submission import Checklist, Finding, Loaded

_Flag = Parameter(negative="")
_Repeated = Parameter(negative="", consume_multiple=False)


def lint(
    *paths: Annotated[Path, Parameter(show_default=False)],
    checklist: Annotated[tuple[Path, ...], _Repeated] = (),
    fix: Annotated[bool, _Flag] = False,
    dry_run: Annotated[bool, _Flag] = False,
    online: Annotated[bool, _Flag] = False,
    strict: Annotated[bool, _Flag] = False,
    format: Literal["text", "json", "sarif", "github"] = "text",  # noqa: A002
) -> int:
    """Find what a submission breaks, and how to mend it, offline.

    Exits with 0 when no error was found, 1 when some was, 4 for wrong usage. What each rule asks
    and why stands in docs/lint.md.

    Parameters
    ----------
    paths
        A PRODUCT.yaml, or folders that hold some.
    checklist
        The official checklist, AIConformance-1.N.yaml, or a folder that holds some; may be
        repeated. With it descriptions are compared, too; ids and levels always are.
    fix
        Repair what is mechanical; comments, order, quotes and line ends of the rest stay.
    dry_run
        With --fix: print the change as a unified diff and write nothing.
    online
        Try every link. Answers are kept for a day.
    strict
        Warnings end with 1, too.
    format
        text for people, json for programs, sarif for code scanning, github for annotations.
    """
    if dry_run and not fix:
        raise UsageError("--dry-run is about --fix", next_step="add --fix, or leave it out")
    if dry_run and (online or format != "text"):
        raise UsageError(
            "--dry-run prints the change and nothing else",
            next_step="leave --online and --format out",
        )
    if not paths:
        raise UsageError(
            "nothing to lint", next_step="give a PRODUCT.yaml or a folder that holds some"
        )
    from plimsoll.submission import load_all

    checklists = _checklists(checklist)
    found = list(load_all(paths))

    def relint(loaded: Loaded) -> list[Finding]:
        from plimsoll.lint import lint as run

        another = next(reversed(checklists.values()), None)  # of which a rule says that it is
        return run(loaded, checklists.get(loaded.submission.release, another))

    if dry_run:
        return _show_changes(found, relint, strict=strict)
    mended = _mend(found, relint) if fix else {}
    if mended:
        found = list(load_all(paths))
    report = _report([loaded for _, loaded in found], relint, mended, online=online)
    _print(report, format)
    return _status(report.findings, strict=strict)


def _checklists(paths: Sequence[Path]) -> dict[str, Checklist]:
    """Return the official checklists by version. Raises UsageError for what is none."""
    from plimsoll.submission import checklist, given, is_folder
    from plimsoll.text import path_text

    read: dict[str, Checklist] = {}
    for path in paths:
        files = sorted(path.glob("AIConformance-*.yaml")) if is_folder(path) else [path]
        if not files:
            raise UsageError(
                f"{path_text(path)} holds no AIConformance-*.yaml",
                next_step="give a folder that holds some, or AIConformance-1.36.yaml itself",
            )
        for each in files:
            content = given(each, "give the official file, for example AIConformance-1.36.yaml")
            found = checklist(content, path_text(each))
            read[found.version] = found
    return read


def _mend(found: Sequence[tuple[Path, Loaded]], relint: Relint) -> dict[str, int]:
    """Mend every file and return how many findings were mended in each that changed."""
    from plimsoll.lint import mending

    done: dict[str, int] = {}
    for path, loaded in found:
        change = mending.mended(loaded, relint)
        if change.rules:
            mending.write(path, change)
            done[loaded.submission.path] = len(change.rules)
    return done


def _show_changes(found: Sequence[tuple[Path, Loaded]], relint: Relint, *, strict: bool) -> int:
    """Print what `--fix` would change, and end as the files stand."""
    from plimsoll.lint import mending

    findings = []
    for _path, loaded in found:
        change = mending.mended(loaded, relint)
        sys.stdout.write(mending.difference(change, loaded.submission.path))
        findings += relint(loaded)
    return _status(findings, strict=strict)


def _report(
    loaded: Sequence[Loaded],
    relint: Relint,
    mended: dict[str, int],
    *,
    online: bool,
) -> Report:
    from plimsoll.lint.formats import Report

    findings = [finding for each in loaded for finding in relint(each)]
    if online:
        findings = sorted([*findings, *_try_links(loaded)], key=lambda each: each.place)
    return Report(
        files=tuple(each.submission.path for each in loaded),
        findings=tuple(findings),
        mended=mended,
    )


def _try_links(loaded: Sequence[Loaded]) -> list[Finding]:
    """Return what the network says of the links."""
    import asyncio

    from rich.console import Console

    from plimsoll.embedded.cache import cache_folder
    from plimsoll.lint import online

    with Console(stderr=True).status("trying links"):
        return asyncio.run(online.online(loaded, online.Cache(cache_folder() / "links.json")))


def _print(report: Report, form: str) -> None:
    from plimsoll.lint.formats import github, machine, sarif, text

    if form == "text":
        from rich.console import Console

        text.show(report, Console(soft_wrap=False))
    else:
        render = {"json": machine.render, "sarif": sarif.render, "github": github.render}[form]
        print(render(report))


def _status(findings: Iterable[Finding], *, strict: bool) -> int:
    from plimsoll.submission import Severity

    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    failed = any(finding.severity in failing for finding in findings)
    return ExitCode.FAIL if failed else ExitCode.PASS
