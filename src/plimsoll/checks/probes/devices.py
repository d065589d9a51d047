"""Runs inside a container: lists its device nodes, opens those it may, makes those it is told to.

Prints one JSON object. Opening is O_NONBLOCK, nothing is read and no ioctl is done; when more than
`open_at_most` identity nodes are visible none is opened, for some may be held by others. Standard
library only, and any Python from 3.9.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]

STANDARD = {"c:1:3", "c:1:5", "c:1:7", "c:1:8", "c:1:9", "c:5:0", "c:5:1", "c:5:2", "c:10:200"}
"""null, zero, full, random, urandom, tty, console, ptmx, tun: no accelerators."""
TERMINALS = {"c:4", "c:136"}


def number_of(path: str) -> str:
    """Return `b:7:1` for a device node, an empty string for anything else."""
    try:
        found = Path(path).lstat()
    except OSError:
        return ""
    kind = "b" if stat.S_ISBLK(found.st_mode) else "c" if stat.S_ISCHR(found.st_mode) else ""
    device = found.st_rdev
    return f"{kind}:{os.major(device)}:{os.minor(device)}" if kind else ""


def attempt(action: Callable[[], object]) -> str:
    """Return `ok` or the name of the errno with which `action` failed."""
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error.errno))
    return "ok"


def open_and_close(path: str) -> None:
    """Open without waiting, and close."""
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))


def mounts() -> dict[str, str]:
    """Return mount targets with the kind of what is mounted there."""
    found = {}
    for line in Path("/proc/self/mountinfo").read_text(errors="replace").splitlines():
        fields = line.split()
        found[fields[4].replace("\\040", " ")] = fields[fields.index("-") + 1]
    return found


def paths() -> list[str]:
    """Return every path that may be a device node: all of /dev, and what is mounted elsewhere."""
    found = {str(Path(folder, name)) for folder, _, names in os.walk("/dev") for name in names}
    return sorted(found | {target for target in mounts() if not target.startswith("/proc")})


def matches(patterns: Iterable[str], path: str) -> bool:
    """Tell whether one of `patterns` describes the whole path."""
    return any(re.fullmatch(pattern, path) for pattern in patterns)


def nodes(arguments: Json) -> list[Json]:
    """Return the device nodes beyond the standard ones, each with what its family says of it."""
    found = []
    for path in paths():
        number = number_of(path)
        if not number or number in STANDARD or number.rpartition(":")[0] in TERMINALS:
            continue
        kind = "other"
        if matches(arguments["identity_nodes"], path):
            kind = "identity"
        elif matches(arguments["control_nodes"], path):
            kind = "control"
        found.append({"path": path, "number": number, "kind": kind, "open": ""})
    open_allowed([node for node in found if node["kind"] == "identity"], arguments["open_at_most"])
    return found


def open_allowed(mine: list[Json], most: int) -> None:
    """Open the identity nodes, if there are not more of them than this pod may hold."""
    if len({node["number"] for node in mine}) <= most:
        for node in mine:
            path = node["path"]
            node["open"] = attempt(lambda path=path: open_and_close(path))  # type: ignore[misc]


def make(number: str) -> Json:
    """Make a node for `number`, open it, remove it; return what each step said."""
    kind, major, minor = number.split(":")
    mode = 0o600 | (stat.S_IFBLK if kind == "b" else stat.S_IFCHR)
    path = f"/dev/plimsoll-made-{kind}-{major}-{minor}"
    made = attempt(lambda: os.mknod(path, mode, os.makedev(int(major), int(minor))))
    opened = ""
    if made == "ok":
        try:
            opened = attempt(lambda: open_and_close(path))
        finally:
            Path(path).unlink()
    return {"number": number, "mknod": made, "open": opened}


def identities(arguments: Json, visible: list[Json]) -> list[str]:
    """Return the device identities that the container carries, sorted."""
    found: set[str] = set()
    pattern = arguments["identity_environment"]
    for name, value in os.environ.items():
        if pattern and name not in arguments["own_environment"] and re.fullmatch(pattern, name):
            found.update(part.strip() for part in value.split(","))
    if arguments["identity_from_nodes"]:
        matched = [re.fullmatch(arguments["identity_from_nodes"], n["path"]) for n in visible]
        found.update(match.group(1) for match in matched if match)
    if arguments["identity_command"]:
        lines = printed(arguments["identity_command"])
        named = [re.fullmatch(arguments["identity_line"], line) for line in lines]
        found.update(match.group(1) for match in named if match)
    found = {entry for entry in found if re.fullmatch(arguments["identity_form"], entry)}
    partitions = {e for e in found if re.fullmatch(arguments["partition_identity"] or "(?!)", e)}
    return sorted(partitions or found)


def printed(command: list[str]) -> list[str]:
    """Return the lines that a vendor's tool prints; none when it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in done.stdout.splitlines()] if done.returncode == 0 else []


def environment() -> list[str]:
    """Return the variables as name and a digest of the value, which is enough to compare."""
    return sorted(
        f"{name}={hashlib.sha256(value.encode()).hexdigest()[:12]}"
        for name, value in os.environ.items()
        if name != "HOSTNAME"
    )


def main() -> None:
    """Print what this container can see."""
    arguments: Json = json.loads(sys.argv[1])
    visible = nodes(arguments)
    report = {
        "user": os.getuid(),
        "nodes": visible,
        "identities": identities(arguments, visible),
        "made": [make(number) for number in arguments["make"]],
        "environment": environment(),
        "mounts": sorted(f"{target} {kind}" for target, kind in mounts().items()),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
