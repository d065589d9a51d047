"""The emulated machine: boots, hands on what it prints, and ends within a time limit.

Both disks are opened as snapshots, so nothing that happens in the machine is kept.
"""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from plimsoll.errors import PlimsollError
from tests.cgroup2.debian import Debian

_MEMORY_MIB = 4096
_PROCESSORS = 2
_PROCESSOR = "Nehalem"
"""Without newer vector instructions: emulated, they are slower than what programs do instead."""
_COMMAND_LINE = (
    "console=ttyS0 root=/dev/vda rw quiet panic=-1 mitigations=off systemd.show_status=0 "
    "tsc=reliable clocksource=tsc"  # every other clock leaves the emulated processor to be read
)


class MachineError(PlimsollError):
    """The emulated machine did not boot, or did not end what it was asked to do."""


def emulator(debian: Debian, cargo: Path, console: Path) -> list[str]:
    """Return the command that runs the machine; its second serial port is the command's terminal.

    What the kernel says goes to the file `console`.
    """
    return [
        *("setpriv", "--pdeathsig", "KILL"),  # it ends with whoever started it, however that ends
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", _PROCESSOR),
        *("-smp", str(_PROCESSORS), "-m", str(_MEMORY_MIB), "-no-reboot", "-display", "none"),
        *("-kernel", str(debian.kernel), "-initrd", str(debian.first), "-append", _COMMAND_LINE),
        *_drive(debian.disk),
        *_drive(cargo),
        *("-nic", "user,model=virtio-net-pci,restrict=on", "-device", "virtio-rng-pci"),
        *("-monitor", "none", "-serial", f"file:{console}", "-serial", "stdio"),
    ]


def _drive(path: Path) -> tuple[str, str]:
    return "-drive", f"file={path},format=raw,if=virtio,snapshot=on,cache=unsafe"


def lines(command: list[str], console: Path, *, seconds: float, silence: float) -> Iterator[str]:
    """Run the machine and yield each line of its second serial port as it comes.

    Raises MachineError if it runs longer than `seconds` or says nothing for `silence` seconds.
    """
    deadline = time.monotonic() + seconds
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as process:
        heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process, heard), daemon=True).start()
        try:
            while (line := _next(heard, min(silence, deadline - time.monotonic()))) is not None:
                yield line
        except queue.Empty:
            raise MachineError(
                f"the emulated machine said nothing for {silence:.0f} s, or ran for more than "
                f"{seconds:.0f} s; its console ends with:\n{_end_of(console)}",
                next_step="try again when this machine has less to do, or look around in it with: "
                "tests/cgroup2/run --shell",
            ) from None
        finally:
            process.kill()


def _listen(process: subprocess.Popen[bytes], heard: queue.SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        heard.put(line.decode(errors="replace").rstrip())
    heard.put(None)


def _next(heard: queue.SimpleQueue[str | None], seconds: float) -> str | None:
    return heard.get(timeout=max(0.0, seconds))


def _end_of(console: Path) -> str:
    text = console.read_text(errors="replace") if console.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-12:])
