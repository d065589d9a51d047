"""mount(2) and its relatives, straight from the C library.

A node makes thirty mounts before it can start anything; a program call for each would cost more
time than all of them together.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from plimsoll.errors import PlimsollError

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MS_SHARED = 1 << 20
MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_library = ctypes.CDLL(None, use_errno=True)


class MountError(PlimsollError):
    """The kernel refused a mount."""


def mount(source: str, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount `source` on `target`; raise MountError with the kernel's reason."""
    result = _library.mount(
        source.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    _check(result, f"cannot mount {source} on {target} as {kind or 'it is'} ({options})")


def bind(source: Path, target: Path, *, recursive: bool = False) -> None:
    """Show the file or folder `source` at `target`, which must exist."""
    mount(str(source), target, flags=MS_BIND | (MS_REC if recursive else 0))


def unmount(target: Path) -> None:
    """Take the mount away now, and for good when nobody uses it any more."""
    _check(_library.umount2(os.fsencode(target), MNT_DETACH), f"cannot unmount {target}")


def pivot_root(new: Path, old: Path) -> None:
    """Make the mount `new` the root and show the old root at `old`, a folder below it."""
    number = _PIVOT_ROOT[os.uname().machine]
    result = _library.syscall(ctypes.c_long(number), os.fsencode(new), os.fsencode(old))
    _check(result, f"cannot make {new} the root of the node")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise MountError(f"{what}: {os.strerror(ctypes.get_errno())}")
