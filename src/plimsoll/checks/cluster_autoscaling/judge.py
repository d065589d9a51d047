"""Judges `cluster_autoscaling`: first whether it applies, then up, down, and what came beyond.

Pure. No node is a counter-example only where the pod was seen waiting for an accelerator that the
platform offers, and nobody outside refused: no quota, no stock, no limit of a pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plimsoll.checks.cluster_autoscaling import claims as c
from plimsoll.checks.cluster_autoscaling.applies import outright
from plimsoll.checks.cluster_autoscaling.judge_down import DOWN_JUDGES
from plimsoll.checks.cluster_autoscaling.judge_excess import EXCESS_JUDGES
from plimsoll.checks.cluster_autoscaling.judge_up import UP_JUDGES
from plimsoll.checks.judging import Ruling, rule
from plimsoll.record import Finding, Record


def judge(record: Record) -> Iterator[Finding]:
    """Yield exactly one finding per claim."""
    judges: dict[str, Callable[[Record], Ruling]] = {
        **UP_JUDGES,
        **DOWN_JUDGES,
        **EXCESS_JUDGES,
    }
    settled = outright(record)
    if settled is not None:
        judges = {claim.id: lambda _: settled for claim in c.CLAIMS}
    yield from rule(c.CLAIMS, judges, record)
