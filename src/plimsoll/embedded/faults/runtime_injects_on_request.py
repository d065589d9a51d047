"""Fault: a container runtime that injects accelerators when an environment variable asks."""

from __future__ import annotations

from msgspec.structs import replace

from plimsoll.embedded.accelerators.injecting_runtime import VARIABLE, runtime_program
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.faults import Fault
from plimsoll.embedded.state import Folder
from plimsoll.standard.verdicts import Verdict


class RuntimeInjectsOnRequest(Fault):
    """Whoever sets the variable gets all accelerators of the node, without a claim."""

    name = "runtime-injects-on-request"
    requirement = "secure_accelerator_access"
    title = f"a pod without a claim reaches every device of its node with {VARIABLE}"
    expected = Verdict.PASS
    expected_strict = Verdict.FAIL

    def configure(self, config: PlatformConfig) -> PlatformConfig:
        """Put the injecting runtime in front of the real one."""
        return replace(config, runtime_binary=str(runtime_program(Folder(config.name).path)))


FAULT = RuntimeInjectsOnRequest()
