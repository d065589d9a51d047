"""What a platform could leave on the machine, looked for without asking the code under test."""

from __future__ import annotations

import subprocess
from ipaddress import IPv4Network
from pathlib import Path


def traces(name: str, index: int, folder: Path) -> list[str]:
    """Return everything on the machine that belongs to platform `name` with range `index`."""
    return [
        *_processes(name, index, folder),
        *_network(index),
        *_mounts(folder),
        *[str(path) for path in Path("/sys/fs/cgroup").rglob(f"plimsoll-{index}-{name}*")],
        *[str(path) for path in Path("/sys/block").glob("loop*") if _is_of(path.name, index)],
        *[str(path) for path in Path("/dev").glob("loop[0-9]*") if _is_of(path.name, index)],
        *[
            str(path)
            for path in (
                folder,
                Path(f"/run/plimsoll/range-{index}"),
                Path("/dev/termination-log"),  # where a pod that has the machine's /dev leaves it
            )
            if path.exists()
        ],
    ]


def _processes(name: str, index: int, folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            groups = (process / "cgroup").read_text()
            ended = (process / "stat").read_text().rpartition(")")[2].split()[0] in "XZ"
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if ended:  # waits for the machine's init to notice
            continue
        if f"plimsoll-{index}-{name}" in groups or f"{folder}/" in command:
            found.append(f"process {process.name}: {command[:80]}")
    return found


def _network(index: int) -> list[str]:
    own = IPv4Network((int(IPv4Network("198.18.0.0/15")[0]) + index * 4096, 20))
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout
    left = []
    for line in routes.splitlines():
        target = next(word for word in line.split() if word[0].isdigit() or word == "default")
        if target != "default" and IPv4Network(target).subnet_of(own):
            left.append(f"route {line}")
    names = [path.name for path in Path("/sys/class/net").iterdir()]
    left += [n for n in names if n == f"plim{index}" or n.startswith(f"plim{index}n")]
    return left


def _mounts(folder: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if f" {folder}" in line]


def _is_of(loop: str, index: int) -> bool:
    digits = loop.removeprefix("loop").split("p")[0]
    return digits.isdigit() and int(digits) // 1000 == 10 + index
