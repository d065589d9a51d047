"""Fault: an engine that counts quota, and not what is really free."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class GangQuotaOnly(Fault):
    """Kueue admits a gang by quota alone, and native gangs are off."""

    name = "gang-quota-only"
    requirement = "gang_scheduling"
    title = "gangs are admitted by quota only, so a part of one runs where the whole does not fit"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("gang",)

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Turn native gangs and Kueue's look at the nodes off."""
        return replace(config, native_gang=False, kueue_topology=False)


FAULT = GangQuotaOnly()
