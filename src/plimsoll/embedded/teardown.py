"""Removes everything that a platform has made on the machine, whatever state it is in.

Works from the record alone, which was written before anything was made, and from names derived from
the range index; supervisor and `up` may be dead, alive or half-way.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from plimsoll.embedded import mounts
from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import PlatformCgroup, platform_cgroup
from plimsoll.embedded.network import claimed_range, release_range, tear_down_host
from plimsoll.embedded.processes import boot_id
from plimsoll.embedded.state import Folder, StateError
from plimsoll.errors import PlimsollError

_LOOP_CLR_FD = 0x4C01
_LOOP_CTL_REMOVE = 0x4C81
_LOOP_CONTROL = Path("/dev/loop-control")


class TeardownError(PlimsollError):
    """Something of a platform could not be removed."""


def remove(folder: Folder) -> None:
    """Remove the platform in `folder` and the folder; raise TeardownError naming what is left.

    Every kind of thing is tried even if another fails, so a second call has less to do.
    """
    addresses, group = _made(folder)
    problems: list[str] = []
    if group:
        _attempt(problems, group.kill)
    if addresses:
        _attempt(problems, lambda: tear_down_host(addresses))
        _attempt(problems, lambda: remove_loops(addresses.loops))
    if group:
        _attempt(problems, group.remove)
    _attempt(problems, lambda: _unmount_below(folder.path))
    if not problems:
        if addresses:
            release_range(folder.path, addresses)
        _attempt(problems, folder.remove)
    if problems:
        raise TeardownError(
            f"the platform {folder.name!r} is not completely removed: " + "; ".join(problems),
            next_step=f"call again: plimsoll down --name {folder.name}",
        )


def _made(folder: Folder) -> tuple[Addresses | None, PlatformCgroup | None]:
    """Return range and group: from the record or, if that is damaged, from the range's claim."""
    try:
        record = folder.read_record()
    except StateError:
        addresses = claimed_range(folder.path)
        return addresses, platform_cgroup(folder.name, addresses) if addresses else None
    if record is None:  # ended before anything but the claim was made
        return claimed_range(folder.path), None
    return record.addresses, record.cgroup if record.boot == boot_id() else None


def _attempt(problems: list[str], action: Callable[[], None]) -> None:
    try:
        action()
    except (PlimsollError, OSError) as error:
        problems.append(error.what if isinstance(error, PlimsollError) else str(error))


def remove_loops(owned: Iterable[int]) -> None:
    """Detach and remove those of the loop devices with these numbers that exist."""
    numbers = [number for number in owned if Path(f"/sys/block/loop{number}").exists()]
    if not numbers:
        return
    control = os.open(_LOOP_CONTROL, os.O_RDWR)
    try:
        for number in numbers:
            with contextlib.suppress(OSError):  # not attached
                _detach(Path(f"/dev/loop{number}"))
            fcntl.ioctl(control, _LOOP_CTL_REMOVE, number)
    finally:
        os.close(control)


def _detach(device: Path) -> None:
    descriptor = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(descriptor, _LOOP_CLR_FD, 0)
    finally:
        os.close(descriptor)


def _unmount_below(folder: Path) -> None:
    table = Path("/proc/self/mountinfo").read_text().splitlines()
    targets = [Path(line.split()[4]) for line in table]
    for target in sorted((t for t in targets if t.is_relative_to(folder)), reverse=True):
        mounts.unmount(target)
