"""What the long runs share: a list of checks to run, done one after another and written down.

A run that the file already holds for this commit is not done again, so the work can be stopped at
any time and gone on with.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from plimsoll import checks
from plimsoll.cli.progress_view import ProgressView
from plimsoll.cli.results import ResultLine, append, check_platform, commit, recorded
from plimsoll.embedded import platform
from plimsoll.embedded.config import PlatformConfig
from plimsoll.standard.requirements import REQUIREMENTS, Level
from plimsoll.standard.verdicts import Verdict

GOOD = {Verdict.PASS, Verdict.NOT_APPLICABLE}
RESULTS = Path(__file__).parents[1] / "docs" / "results"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One run to make."""

    kubernetes: str
    requirements: tuple[str, ...] = ()
    """Empty: all that the checklist asks."""
    number: int = 1
    device_plugin: bool = False


class Ran(ResultLine, frozen=True, kw_only=True):
    """One line of a results file: what one run came to."""

    wanted: Wanted
    verdicts: dict[str, str]
    strict_verdicts: dict[str, str]
    seconds: float
    passed: bool
    """Every verdict, plain and strict, is PASS or NOT_APPLICABLE."""


def asked(checklist: str) -> tuple[str, ...]:
    """Return the requirements of a checklist version that have a check."""
    return tuple(
        name
        for name in checks.available()
        if REQUIREMENTS[name].level(checklist) is not Level.ABSENT
    )


def run_all(wanted: Sequence[Wanted], results: Path, config: PlatformConfig) -> list[Ran]:
    """Make the runs that `results` lacks on one platform and return all of them, in order."""
    done = {line.wanted: line for line in recorded(results, Ran)}
    waiting = [each for each in wanted if each not in done]
    print(f"{len(wanted) - len(waiting)} of {len(wanted)} runs are recorded for this commit")
    if waiting:
        with brought_up(config):
            for number, each in enumerate(waiting, start=1):
                what = ", ".join(each.requirements) or "the whole checklist"
                print(f"[{number}/{len(waiting)}] {what}, run {each.number}", flush=True)
                done[each] = _run(each, config.name)
                append(results, done[each])
                _show(done[each])
    return [done[each] for each in wanted]


def conclude(lines: Sequence[Ran]) -> int:
    """Print how many runs passed and return the exit status."""
    bad = [line for line in lines if not line.passed]
    print(f"{len(lines) - len(bad)} of {len(lines)} runs passed, plain and strict")
    return 1 if bad else 0


@contextmanager
def brought_up(config: PlatformConfig) -> Iterator[None]:
    """Keep a platform up meanwhile; one that was there before stays."""
    existed = platform.load(config.name) is not None
    try:
        with ProgressView() as view:
            platform.up(config, view).close()
        yield
    finally:
        if not existed:
            platform.down(config.name)


def _run(wanted: Wanted, name: str) -> Ran:
    with tempfile.TemporaryDirectory(prefix="plimsoll-run-") as folder:
        started = time.monotonic()
        judged = check_platform(name, wanted.requirements, Path(folder) / "run")
        seconds = time.monotonic() - started
    return Ran(
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        commit=commit(),
        wanted=wanted,
        verdicts={each.requirement: each.verdict.value for each in judged},
        strict_verdicts={each.requirement: each.strict_verdict.value for each in judged},
        seconds=round(seconds, 1),
        passed=bool(judged) and all({each.verdict, each.strict_verdict} <= GOOD for each in judged),
    )


def _show(line: Ran) -> None:
    bad = {
        name: (verdict, line.strict_verdicts[name])
        for name, verdict in line.verdicts.items()
        if {verdict, line.strict_verdicts[name]} - GOOD
    }
    words = "; ".join(f"{name} {plain}, strict {strict}" for name, (plain, strict) in bad.items())
    print(f"  {'all PASS' if line.passed else words or 'nothing was judged'}, {line.seconds:.0f} s")
