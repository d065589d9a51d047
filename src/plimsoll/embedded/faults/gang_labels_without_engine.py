"""Fault: gangs can be written down, and nobody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict

if TYPE_CHECKING:
    from plimsoll.embedded.platform import Platform


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

    def revert(self, platform: Platform) -> None:
        """Take Kueue away again where only this fault had brought it."""
        from plimsoll.embedded.kueue.removal import (  # noqa: PLC0415  (heavy; listing is not)
            remove_unless_asked,
        )

        remove_unless_asked(platform)


FAULT = GangLabelsWithoutEngine()
