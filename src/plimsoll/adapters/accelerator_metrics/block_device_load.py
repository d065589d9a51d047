"""Runs in a container: loads its only block device until it is told to go, then empties it.

Writes a pattern over a part of the device, which takes memory, then reads that part over and over,
about half of the time, which is utilisation. On SIGTERM it discards the part. Only a pod that holds
the device may run it. Standard library only; sent as text on the command line.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import re
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

PIECE = 1 << 20
BLKDISCARD = 0x1277


class Stop(Exception):  # noqa: N818  (not an error)
    """The pod is told to go."""


def own_device(patterns: list[str]) -> str:
    """Return the path of the container's only accelerator; exit when there is not just one."""
    names = [str(path) for path in Path("/dev").iterdir()]
    mine = [name for name in names if any(re.fullmatch(pattern, name) for pattern in patterns)]
    if len(mine) != 1:
        sys.exit(f"{len(mine)} accelerators are visible, not one: {', '.join(mine)}")
    return mine[0]


def report(path: str, moved: int) -> None:
    """Write how many bytes were moved, so that it can be seen from outside."""
    new = Path(f"{path}.new")
    new.write_text(json.dumps({"moved": moved}))
    new.replace(path)


def load(handle: int, size: int, progress: str) -> None:
    """Fill `size` bytes, then read them again and again."""
    buffer = mmap.mmap(-1, PIECE)
    buffer.write(b"plimsoll load   " * (PIECE // 16))
    moved, reading, reported = 0, False, 0.0
    while True:
        started = time.monotonic()
        for offset in range(0, size - PIECE + 1, PIECE):
            if reading:
                moved += os.preadv(handle, [buffer], offset)
            else:
                moved += os.pwritev(handle, [buffer], offset)
            if time.monotonic() - reported > 0.5:
                reported = time.monotonic()
                report(progress, moved)
        if reading:
            time.sleep(min(0.2, time.monotonic() - started))
        reading = True


def main() -> None:
    """Do it; the argument is a JSON object with devices, bytes and progress."""
    arguments: dict[str, Any] = json.loads(sys.argv[1])

    def stop(*_: object) -> None:
        raise Stop

    signal.signal(signal.SIGTERM, stop)
    size = arguments["bytes"] // PIECE * PIECE
    handle = os.open(own_device(arguments["devices"]), os.O_RDWR | os.O_DIRECT)
    try:
        load(handle, size, arguments["progress"])
    except Stop:
        fcntl.ioctl(handle, BLKDISCARD, struct.pack("=QQ", 0, size))
    finally:
        os.close(handle)


if __name__ == "__main__":
    main()
