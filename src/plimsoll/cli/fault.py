"""`plimsoll fault`: break the embedded platform on purpose, and see whether its check says so.

`run` brings one platform up, and for each fault applies it, runs the check that must catch it,
mends it, and compares the verdicts, plain and strict, with those that the fault expects. With
`--results` it is resumable: what this commit has already shown is not run again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from plimsoll.cli.results import ResultLine, append, check_platform, commit, recorded
from plimsoll.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from plimsoll.embedded.faults import Fault
    from plimsoll.embedded.platform import Platform

fault = App(name="fault")


class SeenVerdict(ResultLine, kw_only=True, frozen=True):
    """One line of a results file: what one fault came to."""

    fault: str
    requirement: str
    verdict: str
    strict_verdict: str
    as_expected: bool
    seconds: float


@fault.command(name="list")
def list_faults() -> int:
    """List the faults, with the requirement that must catch each and the expected verdicts."""
    from plimsoll.embedded import faults

    for name, entry in sorted(faults.registry().items()):
        print(name)
        print(f"  {entry.title}")
        print(f"  {entry.requirement}: {entry.expected}, strict {entry.expected_strict}")
    return ExitCode.PASS


@fault.command(name="run")
def run_faults(
    names: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    name: str = "faults",
    network: str = "",
    out: Path = Path("runs/faults"),
    results: Path | None = None,
    keep: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Apply each fault to an embedded platform and check that the verdicts are the expected ones.

    Ends with 0 when every fault got the verdicts it expects, 1 when one did not.

    Parameters
    ----------
    names
        The faults, see `plimsoll fault list`.
    every
        All faults.
    name
        Name of the embedded platform; it is started when absent.
    network
        The /20 of 198.18.0.0/15 for a platform that is started; the first free one by default.
    out
        The folder for the run folders, one per fault.
    results
        A file of results to append to; faults that it has for this commit are not run again.
    keep
        Leave the platform running.
    """
    chosen = _chosen(names, every=every)
    seen = {line.fault: line for line in recorded(results, SeenVerdict)}
    waiting = [entry for entry in chosen if entry.name not in seen]
    for entry in chosen:
        if entry.name in seen:
            _show(seen[entry.name], note="recorded before")
    if waiting:
        fresh = _run_all(waiting, name, network, out, results, keep=keep)
        seen |= {line.fault: line for line in fresh}
    wrong = [entry.name for entry in chosen if not seen[entry.name].as_expected]
    print(f"{len(chosen) - len(wrong)} of {len(chosen)} faults got the expected verdicts")
    return ExitCode.FAIL if wrong else ExitCode.PASS


def _chosen(names: Sequence[str], *, every: bool) -> list[Fault]:
    from plimsoll.embedded import faults

    if every == bool(names):
        raise UsageError(
            "name the faults to run, or give --all (not both)",
            next_step="`plimsoll fault list` shows them",
        )
    return [faults.get(name) for name in (sorted(faults.registry()) if every else names)]


def _run_all(
    waiting: Sequence[Fault],
    name: str,
    network: str,
    out: Path,
    results: Path | None,
    *,
    keep: bool,
) -> list[SeenVerdict]:
    from plimsoll.cli.progress_view import ProgressView
    from plimsoll.embedded import platform as embedded
    from plimsoll.embedded.config import PlatformConfig

    existed = embedded.load(name) is not None
    fresh: list[SeenVerdict] = []
    platform: Platform | None = None
    try:
        with ProgressView() as report:
            platform = embedded.up(PlatformConfig(name=name, network=network), report)
        for number, entry in enumerate(waiting, start=1):
            print(f"[{number}/{len(waiting)}] {entry.name}: {entry.title}", flush=True)
            line, platform = _run_one(entry, platform, out)
            fresh.append(line)
            _show(line)
            append(results, line)
    finally:
        if platform is not None:
            platform.close()
        if not existed and not keep:
            embedded.down(name)
    return fresh


def _run_one(entry: Fault, platform: Platform, out: Path) -> tuple[SeenVerdict, Platform]:
    from plimsoll.cli.progress_view import ProgressView
    from plimsoll.embedded.platform import apply_fault, revert_fault

    started = time.monotonic()
    folder = out / f"{entry.name}-{time.strftime('%Y%m%dT%H%M%S')}"
    with ProgressView() as report:
        broken = apply_fault(platform, entry.name, report)
    try:
        (judgement,) = check_platform(platform.name, [entry.requirement], folder)
    finally:
        with ProgressView() as report:
            mended = revert_fault(broken, entry.name, report)
    line = SeenVerdict(
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        commit=commit(),
        fault=entry.name,
        requirement=entry.requirement,
        verdict=judgement.verdict,
        strict_verdict=judgement.strict_verdict,
        as_expected=(judgement.verdict, judgement.strict_verdict)
        == (entry.expected, entry.expected_strict),
        seconds=round(time.monotonic() - started, 1),
    )
    return line, mended


def _show(line: SeenVerdict, note: str = "") -> None:
    mark = "as expected" if line.as_expected else "NOT AS EXPECTED"
    tail = f" ({note})" if note else f" after {line.seconds:.0f} s"
    print(f"  {line.verdict}, strict {line.strict_verdict}: {mark}{tail}")
    sys.stdout.flush()
