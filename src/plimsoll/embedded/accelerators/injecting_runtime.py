"""An OCI runtime that gives a container all accelerators of its node when a variable asks for them.

Real runtimes have done this, and on a platform with them anybody reaches every device. It exists
only as a fault of the embedded platform: it changes the container's configuration and hands over
to the real runtime.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import plimsoll
from plimsoll.embedded.accelerators.driver.settings import node_index
from plimsoll.embedded.cache import cached, fingerprint

VARIABLE = "PLIMSOLL_VISIBLE_DEVICES=all"
_LOOP_MAJOR = 7


def runtime_program(platform: Path) -> Path:
    """Return an executable that is this runtime for the platform whose folder is `platform`."""
    package = Path(plimsoll.__file__).parents[1]
    command = [sys.executable, "-m", __name__, str(platform)]
    script = f"""#!/bin/sh
PYTHONPATH={shlex.quote(str(package))} exec {shlex.join(command)} "$@"
"""

    def make(path: Path) -> None:
        path.write_text(script)
        path.chmod(0o755)

    return cached(f"runtimes/injecting-{fingerprint([script])}", make)


def inject(specification: dict[str, Any], loop_numbers: Iterable[int]) -> bool:
    """Add the loop devices to an OCI specification whose process asks; tell whether it does."""
    if VARIABLE not in specification["process"].get("env", []):
        return False
    linux = specification["linux"]
    nodes = linux.setdefault("devices", [])
    rules = linux.setdefault("resources", {}).setdefault("devices", [])
    for index, number in enumerate(loop_numbers):
        identity = {"type": "b", "major": _LOOP_MAJOR, "minor": number}
        nodes.append({"path": f"/dev/plimsoll{index}", "fileMode": 0o666, **identity})
        rules.append({"allow": True, "access": "rw", **identity})
    return True


def main(arguments: Sequence[str]) -> None:
    """Become the real runtime, after changing what it is about to create. Does not return."""
    platform, *rest = arguments
    if "create" in rest:
        _change(Path(rest[rest.index("--bundle") + 1]) / "config.json", Path(platform))
    record = json.loads((Path(platform) / "platform.json").read_text())
    runtime = record["binaries"]["runc"]
    os.execv(runtime, [runtime, *rest])  # noqa: S606 - containerd waits for this very process


def _change(file: Path, platform: Path) -> None:
    from plimsoll.embedded.state import Folder  # noqa: PLC0415  (slow, and only creating needs it)

    record = Folder(platform.name, platform.parent).read_record()
    if record is None:
        raise FileNotFoundError(f"there is no platform in {platform}")
    first = record.addresses.first_loop(node_index(os.uname().nodename))
    specification = json.loads(file.read_text())
    if inject(specification, range(first, first + record.config.accelerators)):
        file.write_text(json.dumps(specification))


if __name__ == "__main__":
    main(sys.argv[1:])
