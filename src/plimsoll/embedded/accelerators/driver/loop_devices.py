"""Loop block devices through the kernel's ioctls: attach, guard, scrub, release, read counters.

A loop device stands for an accelerator because the device cgroup really allows or denies opening
it, its backing file really holds what was written, and the kernel counts its I/O. Numbers are
global to the machine; the caller owns the numbers that it passes.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOOP_SET_STATUS64 = 0x4C04
LOOP_GET_STATUS64 = 0x4C05
LOOP_CLR_FD = 0x4C01
LOOP_CONFIGURE = 0x4C0A
LOOP_CTL_ADD = 0x4C80
LOOP_CTL_REMOVE = 0x4C81
BLKDISCARD = 0x1277

LOOP_INFO = struct.Struct("=5Q4I64s64s32s2Q")
"""struct loop_info64: device, inode, rdevice, offset, size limit; number, encryption type, key
size, flags; file name, encryption name, key; two words."""
LOOP_CONFIG = struct.Struct(f"=2I{LOOP_INFO.size}s64x")
"""struct loop_config: descriptor of the backing file, block size (0: default), loop_info64."""
_FLAGS = 8
_AUTOCLEAR = 4
_SECTOR = 512


@dataclass(frozen=True)
class Counters:
    """What the kernel counted on a device since it exists; bytes and milliseconds."""

    read_bytes: int
    write_bytes: int
    busy_milliseconds: int


def device_path(number: int) -> Path:
    """Return the device node of loop device `number` on the host."""
    return Path(f"/dev/loop{number}")


def is_attached(number: int) -> bool:
    """Tell whether loop device `number` exists and has a backing file."""
    return (_system_folder(number) / "loop" / "backing_file").exists()


def attach(number: int, backing: Path, size: int) -> None:
    """Make loop device `number` with the sparse file `backing` of `size` bytes behind it.

    A device that is attached already is left as it is. Raises OSError.
    """
    _control(LOOP_CTL_ADD, number, ignore=errno.EEXIST)
    backing.touch(mode=0o600)
    with _opened(backing, os.O_RDWR) as file, _opened(device_path(number), os.O_RDWR) as device:
        if os.fstat(file).st_size != size:
            os.truncate(file, size)
        if not is_attached(number):
            fcntl.ioctl(device, LOOP_CONFIGURE, configuration(file, backing))


def configuration(file: int, backing: Path) -> bytes:
    """Return the struct loop_config that attaches the whole of the open file `file`."""
    shown = str(backing).encode()[-63:]
    info = LOOP_INFO.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, shown, b"", b"", 0, 0)
    return LOOP_CONFIG.pack(file, 0, info)


def release(number: int) -> None:
    """Detach loop device `number` and remove it; one that is not there is fine. Raises OSError."""
    if not _system_folder(number).exists():
        return
    with _opened(device_path(number), os.O_RDWR) as device:
        try:
            fcntl.ioctl(device, LOOP_CLR_FD, 0)
        except OSError as error:
            if error.errno != errno.ENXIO:  # nothing attached
                raise
    _control(LOOP_CTL_REMOVE, number, ignore=errno.ENODEV)


def scrub(number: int, size: int) -> None:
    """Drop the first `size` bytes: the next holder reads zeros, and no memory counts as used."""
    with _opened(device_path(number), os.O_RDWR) as device:
        fcntl.ioctl(device, BLKDISCARD, struct.pack("=2Q", 0, size))


def flush(number: int) -> None:
    """Write what the page cache holds to the backing file, so that used memory is true."""
    with _opened(device_path(number), os.O_RDONLY) as device:
        os.fsync(device)


def counters(number: int) -> Counters:
    """Return the kernel's I/O counters of loop device `number`. Raises OSError if it is gone."""
    return parse_counters((_system_folder(number) / "stat").read_text())


def parse_counters(text: str) -> Counters:
    """Return the counters in the text of a block device's `stat` file."""
    fields = [int(field) for field in text.split()]
    return Counters(fields[2] * _SECTOR, fields[6] * _SECTOR, fields[9])


class Guard:
    """Keeps one device attached although its holder may ask the kernel to detach it.

    While somebody else has the device open, a detach request only marks it for detachment at the
    last close; so the guard stays an opener and takes the mark away. Not safe for several threads.
    """

    def __init__(self, number: int, backing: Path, size: int) -> None:
        self._number, self._backing, self._size = number, backing, size
        self._held: int | None = None

    def check(self) -> bool:
        """Attach the device if it is not, undo a detach request; tell whether anything was done."""
        if self._held is not None and not is_attached(self._number):
            self.let_go()
        if self._held is None:
            attach(self._number, self._backing, self._size)
            self._held = os.open(device_path(self._number), os.O_RDONLY | os.O_CLOEXEC)
            return True
        mark = (_system_folder(self._number) / "loop" / "autoclear").read_text().strip()
        if mark == "0":
            return False
        self._clear_mark(self._held)
        return True

    def let_go(self) -> None:
        """Stop being an opener; the device stays attached."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _clear_mark(self, held: int) -> None:
        status = bytearray(LOOP_INFO.size)
        fcntl.ioctl(held, LOOP_GET_STATUS64, status)
        fields = list(LOOP_INFO.unpack(status))
        fields[_FLAGS] &= ~_AUTOCLEAR
        with _opened(device_path(self._number), os.O_RDWR) as device:
            fcntl.ioctl(device, LOOP_SET_STATUS64, LOOP_INFO.pack(*fields))


def _system_folder(number: int) -> Path:
    return Path(f"/sys/block/loop{number}")


def _control(request: int, number: int, *, ignore: int) -> None:
    with _opened(Path("/dev/loop-control"), os.O_RDWR) as control:
        try:
            fcntl.ioctl(control, request, number)
        except OSError as error:
            if error.errno != ignore:
                raise


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
