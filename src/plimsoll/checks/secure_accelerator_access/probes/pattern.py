"""Runs inside a container: writes the run's pattern to its block device, or looks for it there.

Prints one JSON object with yes or no, never with bytes. Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

_BLOCK = 4096


def device(patterns: list[str]) -> str:
    """Return the path of the container's only device, or nothing."""
    names = [str(name) for name in Path("/dev").iterdir()]
    mine = [name for name in names if any(re.fullmatch(pattern, name) for pattern in patterns)]
    return mine[0] if len(mine) == 1 else ""


def write(path: str, block: bytes) -> None:
    """Write one block at the start of the device, down to the device itself."""
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        os.write(handle, block)
        os.fsync(handle)
    finally:
        os.close(handle)


def contains(path: str, block: bytes) -> bool:
    """Tell whether the device still begins with the block."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(handle, _BLOCK) == block
    finally:
        os.close(handle)


def main() -> None:
    """Do as told and say whether the pattern is there."""
    arguments: dict[str, Any] = json.loads(sys.argv[1])
    path = device(arguments["identity_nodes"])
    block = arguments["pattern"].encode().ljust(_BLOCK, b".")
    found = False
    if path:
        if arguments["what"] == "write":
            write(path, block)
        found = contains(path, block)
    print(json.dumps({"opened": bool(path), "found": found}))


if __name__ == "__main__":
    main()
