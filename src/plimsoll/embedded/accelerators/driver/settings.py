"""What the platform tells the driver, read once from the environment and checked.

The manifests write these variables; nothing else in the driver looks at the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plimsoll.errors import PlimsollError

DRIVER = "accelerators.plimsoll.dev"
RESOURCE = "plimsoll.dev/accelerator"
NUMBERS_PER_NODE = 100
"""Loop numbers that belong to one node; its devices start at the first of them."""


class DriverError(PlimsollError):
    """The driver cannot do what it was asked; the message says which device, claim or file."""


class Mode(StrEnum):
    """How a node's devices are offered to Kubernetes."""

    DRA = "dra"
    DEVICE_PLUGIN = "device-plugin"


@dataclass(frozen=True)
class Settings:
    """The driver's configuration on one node.

    `loop_base` is the first loop number of the node, `memory_bytes` the size of each accelerator,
    `data` the folder with this node's backing files, state and health file.
    """

    platform: str
    node: str
    accelerators: int
    memory_bytes: int
    loop_base: int
    data: Path
    cdi: Path = Path("/run/cdi")
    kubelet: Path = Path("/var/lib/kubelet")
    mode: Mode = Mode.DRA
    fault: str = ""
    metrics_port: int = 9400

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Return the settings; raises DriverError that names a missing or senseless variable."""
        try:
            node = environment["NODE_NAME"]
            loops = int(environment["PLIMSOLL_LOOP_BASE"])
            return cls(
                platform=environment["PLIMSOLL_PLATFORM"],
                node=node,
                accelerators=int(environment["PLIMSOLL_ACCELERATORS"]),
                memory_bytes=int(environment["PLIMSOLL_MEMORY_BYTES"]),
                loop_base=loops + NUMBERS_PER_NODE * node_index(node),
                data=Path(environment["PLIMSOLL_DATA"]) / node,
                mode=Mode(environment.get("PLIMSOLL_MODE", Mode.DRA)),
                fault=environment.get("DRIVER_FAULT", ""),
                metrics_port=int(environment.get("PLIMSOLL_METRICS_PORT", "9400")),
            )
        except (KeyError, ValueError) as error:
            raise DriverError(
                f"the driver's environment is incomplete or wrong: {error!r}",
                next_step="start the driver from the manifests that the platform installs",
            ) from error


def node_index(node: str) -> int:
    """Return the number at the end of a node's name, which the platform gives to every node."""
    match = re.search(r"(\d+)$", node)
    if match is None:
        raise DriverError(f"the node name {node!r} does not end in a number")
    return int(match.group(1))
