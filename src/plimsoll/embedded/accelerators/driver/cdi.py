"""Container Device Interface files, by which the runtime puts devices into containers.

A file appears by a rename, so that the runtime never reads half of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver.inventory import Device

VERSION = "0.6.0"
_EVERYONE = 0o666
"""Pods that do not run as root open their device, too; the device cgroup is what guards it."""


def edits(devices: Sequence[Device], *, read_only: bool = False) -> dict[str, Any]:
    """Return the edits that give a container the nodes and identities of `devices`."""
    return {
        "deviceNodes": [
            {
                "path": device.container_path,
                "hostPath": str(device.host_path),
                "type": "b",
                "fileMode": _EVERYONE,
                "permissions": "r" if read_only else "rw",
            }
            for device in devices
        ],
        "env": [f"{device.variable}={device.uuid}" for device in devices],
    }


def write_spec(file: Path, kind: str, devices: Mapping[str, dict[str, Any]]) -> None:
    """Write the specification of `devices` (name to edits) of `kind`, replacing an older one."""
    spec = {
        "cdiVersion": VERSION,
        "kind": kind,
        "devices": [{"name": name, "containerEdits": edit} for name, edit in devices.items()],
    }
    write_atomically(file, json.dumps(spec, indent=1))


def write_atomically(file: Path, text: str) -> None:
    """Replace `file` by `text` in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.partial")
    temporary.write_text(text)
    temporary.replace(file)
