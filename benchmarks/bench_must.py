"""The whole checklist on the embedded platform: how long it takes, and how much of it is ours."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.chain import Share, longest, share, span
from benchmarks.embedded import CONFIG
from benchmarks.measure import Result, measured
from plimsoll.cli.planning import needs_of
from plimsoll.cli.results import check_platform
from plimsoll.embedded import platform
from plimsoll.evidence import RunFolder
from plimsoll.harness.leases import apart
from plimsoll.record import Record


def run() -> list[Result]:
    """Check everything once, from a built platform that is not up, and take it down."""
    platform.down(CONFIG.name)
    with tempfile.TemporaryDirectory(prefix="plimsoll-must-") as folder, measured() as load:
        started = time.monotonic()
        check_platform(CONFIG.name, [], Path(folder) / "run")
        platform.down(CONFIG.name)
        seconds = time.monotonic() - started
        record = RunFolder(Path(folder) / "run").record()
    shares = [share(record, name) for name in record.requirements()]
    whole = Result(
        name="must",
        measures="the whole checklist: up, check, down, from built programs",
        figure=seconds,
        bar=20 * 60,
        unit="s",
        runs=(seconds,),
        foreign_load=load(),
        details=tuple(map(_words, shares)),
    )
    return [whole, _beside_the_chain(record, shares, load())]


def _beside_the_chain(record: Record, shares: list[Share], load: float) -> Result:
    accelerators = CONFIG.nodes * CONFIG.accelerators
    needs = needs_of(each.requirement for each in shares)
    took = {each.requirement: each.total for each in shares}
    seconds, names = longest(took, lambda one, other: apart(one, other, needs, accelerators))
    ratio = span(record) / seconds
    return Result(
        name="chain",
        measures="the whole run against its longest chain of leases",
        figure=ratio,
        bar=1.1,
        unit="times",
        runs=(ratio,),
        foreign_load=load,
        details=(f"{' + '.join(names)}: {seconds:.0f} s; the run: {span(record):.0f} s",),
    )


def _words(each: Share) -> str:
    return (
        f"{each.requirement}: {each.total:.0f} s, of them {each.windows:.0f} s windows held open, "
        f"{each.platform:.0f} s waiting for the platform, {each.ours:.0f} s ours"
    )
