"""Fault: gangs can be written down, and nobody reads them."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class GangLabelsWithoutEngine(Fault):
    """Kueue's kinds are served, its controller is absent, and native gangs are off."""

    name = "gang-labels-without-engine"
    requirement = "gang_scheduling"
    title = "Kueue's kinds without its controller: a Job with a queue waits for ever"
    expected = Verdict.INCONCLUSIVE
    expected_strict = Verdict.INCONCLUSIVE
    components = ("gang",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Turn both engines off, and keep the kinds of one."""
        return replace(config, native_gang=False, kueue_controller=False)


FAULT = GangLabelsWithoutEngine()
