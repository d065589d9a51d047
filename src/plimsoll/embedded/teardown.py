"""Removes everything that a platform has made on the machine, whatever state it is in.

Works from the record alone, which was written before anything was made, and from names derived from
the range index; supervisor and `up` may be dead, alive or half-way.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from plimsoll.embedded import mounts
from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import CgroupError, PlatformCgroup, platform_cgroup
from plimsoll.embedded.network import release_all, release_range, tear_down_host
from plimsoll.embedded.state import Folder, Record, StateError
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
    record = _record(folder)
    problems: list[str] = []
    group = record.cgroup if record else _guessed_group(folder)
    if group:
        _attempt(problems, group.kill)
    if record:
        _attempt(problems, lambda: tear_down_host(record.addresses))
        _attempt(problems, lambda: _remove_loops(record.addresses))
    if group:
        _attempt(problems, group.remove)
    _attempt(problems, lambda: _unmount_below(folder.path))
    if not problems:
        if record:
            release_range(folder.path, record.addresses)
        else:
            release_all(folder.path)
        _attempt(problems, folder.remove)
    if problems:
        raise TeardownError(
            f"the platform {folder.name!r} is not completely removed: " + "; ".join(problems),
            next_step=f"call again: plimsoll down --name {folder.name}",
        )


def _record(folder: Folder) -> Record | None:
    try:
        return folder.read_record()
    except StateError:  # damaged: what can be derived from the name is removed all the same
        return None


def _guessed_group(folder: Folder) -> PlatformCgroup | None:
    try:
        return platform_cgroup(folder.name)
    except CgroupError:
        return None


def _attempt(problems: list[str], action: object) -> None:
    assert callable(action)  # noqa: S101
    try:
        action()
    except (PlimsollError, OSError) as error:
        problems.append(error.what if isinstance(error, PlimsollError) else str(error))


def _remove_loops(addresses: Addresses) -> None:
    """Detach and remove every loop device of the platform."""
    numbers = [number for number in addresses.loops if Path(f"/sys/block/loop{number}").exists()]
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
