"""Fault: a node is bought and cannot be used."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.karpenter.fault import KarpenterFault
from plimsoll.standard.verdicts import Verdict


class AutoscalerNodeWithoutDriver(KarpenterFault):
    """Nodes come, and the driver is missing on them."""

    name = "autoscaler-node-without-driver"
    title = "new nodes never advertise their accelerators: nobody installs the driver there"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Leave the driver off the pool's nodes."""
        return replace(config, pool_driver=False)


FAULT = AutoscalerNodeWithoutDriver()
