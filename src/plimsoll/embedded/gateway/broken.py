"""What the faults of the gateway have in common; each is a name, a title and one setting."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.standard.verdicts import Verdict


class GatewayFault(Fault):
    """Something of Envoy Gateway is broken."""

    requirement = "ai_inference"
    expected = Verdict.FAIL
    expected_strict = Verdict.FAIL
    components = ("gateway",)


class ProxyFault(GatewayFault):
    """Envoy Gateway's status is as ever; what its proxies are told is changed on the way."""

    builds: Sequence[str] = ("gateway-faults",)
    change: str
    """The word by which the program gateway-faults knows it."""

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Let the program change what Envoy Gateway tells its proxies."""
        return replace(config, gateway_fault=self.change)
