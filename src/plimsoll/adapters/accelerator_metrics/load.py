"""What puts load on an accelerator: an adapter per kind, each a container that loads what it holds.

A pulse is such a pod's life. The simulated accelerators are loaded by a program of ours; every
other kind by an image that the user gives, since a real load needs the vendor's libraries. What a
load did must be shown from inside the pod; a pod that only ran proves nothing.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.adapters.accelerators.family import Family
from plimsoll.harness.options import Options
from plimsoll.standard.images import PYTHON

Json = dict[str, Any]

_OWN_BYTES = 64 << 20
_PROGRESS = "/tmp/plimsoll-load.json"  # noqa: S108  (in a container of ours)


class Witness(Struct, frozen=True, kw_only=True):
    """A command in the load's container that shows that the accelerator works."""

    command: tuple[str, ...]
    number: str
    """Where the number stands in its output (regular expression with one group)."""
    unit: str
    at_least: float = 0.0
    """The number proves a load from here on; 0: when it has grown between two looks."""

    def read(self, output: str) -> float | None:
        """Return the largest number that the command printed, or None."""
        found = re.findall(self.number, output, re.MULTILINE)
        return max((float(each) for each in found), default=None)


class Load(Struct, frozen=True, kw_only=True):
    """How one kind of accelerator is loaded."""

    kind: str
    image: str
    command: tuple[str, ...] = ()
    """Empty: the image's own entrypoint."""
    memory: str = "256Mi"
    """Limit of the pod's own memory."""
    bytes_used: int = 0
    """How much of the accelerator's memory it takes; 0 where that is not known."""
    witness: Witness | None = None
    has_python: bool = False
    """Probes of ours run in its container."""


_VENDOR_WITNESSES = {
    "nvidia": Witness(
        command=("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"),
        number=r"^\s*(\d+)\s*$",
        unit="% utilisation by nvidia-smi",
        at_least=10,
    ),
    "amd": Witness(
        command=("amd-smi", "metric", "--usage", "--csv"),
        number=r"^\d+,(\d+)",
        unit="% utilisation by amd-smi",
        at_least=10,
    ),
}


def load_for(family: Family, options: Options, memory_bytes: int = 0) -> Load | None:
    """Return what loads devices of a family, or None where nothing is known and none was given.

    `memory_bytes` is the size of the device, where it is known.
    """
    if options.load_image:
        return Load(
            kind=f"the image {options.load_image}",
            image=options.load_image,
            memory="4Gi",
            witness=_VENDOR_WITNESSES.get(family.name),
        )
    if not (family.writable and options.embedded):
        return None
    wanted = min(_OWN_BYTES, memory_bytes // 2) if memory_bytes else _OWN_BYTES
    arguments = {
        "devices": list(family.identity_nodes),
        "bytes": wanted,
        "progress": _PROGRESS,
    }
    return Load(
        kind="I/O on the device",
        image=PYTHON,
        command=("python3", "-c", _program(), msgspec.json.encode(arguments).decode()),
        bytes_used=wanted,
        witness=Witness(
            command=("cat", _PROGRESS), number=r'"moved": ?(\d+)', unit="bytes read and written"
        ),
        has_python=True,
    )


def _program() -> str:
    package = resources.files("plimsoll.adapters.accelerator_metrics")
    return (package / "block_device_load.py").read_text()
