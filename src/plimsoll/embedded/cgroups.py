"""The one place that knows how control groups differ between machines.

A platform has one group, named before anything starts, and every process of the platform is born
in it: whatever else was lost, what is in the group is the platform. Below it are `control` (the
supervisor and the control plane) and one group per node. On v1 the group is a folder in every
hierarchy. On v2 it is a systemd scope with delegation, whose processes all live in child groups.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from plimsoll.embedded.addresses import Addresses
from plimsoll.errors import PlimsollError

CONTROL = "control"
_MOUNT_TABLE = Path("/proc/self/mountinfo")
_SLICE = "system.slice"
"""Where systemd keeps the scope; a slice of its own would remain after `down`."""
_JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 70; shift; done; shift; exec "$@"'
_DELEGATE = (
    'echo $$ > "$1/cgroup.procs" && cd "$1/.." && '
    "for c in $(cat cgroup.controllers); do echo +$c > cgroup.subtree_control; done; "
    'shift; exec "$@"'
)


class CgroupError(PlimsollError):
    """This machine's control groups cannot carry a platform, or a group does not go away."""


class Hierarchy(msgspec.Struct, frozen=True):
    """One mounted tree of control groups."""

    mount: str
    """Absolute path of its root."""
    options: str
    """What to mount it with: v1 controllers, or empty for a v2 tree."""


class PlatformCgroup(msgspec.Struct, frozen=True, kw_only=True):
    """The group of one platform, on this machine."""

    name: str
    version: int
    """1 or 2."""
    hierarchies: tuple[Hierarchy, ...]

    def folders(self, child: str = "") -> list[Path]:
        """Return the folders of the group, or of its child, one per hierarchy."""
        return [self._root(hierarchy) / child for hierarchy in self.hierarchies]

    def _root(self, hierarchy: Hierarchy) -> Path:
        if self.version == 1:
            return Path(hierarchy.mount) / self.name
        return Path(hierarchy.mount) / _SLICE / self.unit

    @property
    def unit(self) -> str:
        """The systemd scope that holds the group on v2."""
        return f"{self.name}.scope"

    def launch_supervisor(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs `command` inside CONTROL, making the group if needed.

        On v1 the group is made here; on v2 by systemd when the command line runs.
        """
        if self.version == 1:
            self.create(CONTROL)
            return self.joining([CONTROL], command)
        [scope] = self.folders()
        if scope.exists():
            return self.joining([CONTROL], command)
        inner = f'mkdir -p "$1" && {_DELEGATE}'
        return [
            *("systemd-run", "--quiet", "--scope", f"--unit={self.unit}", f"--slice={_SLICE}"),
            *("--property=Delegate=yes", "--property=TasksMax=infinity"),
            *("--property=OOMPolicy=continue", "--collect"),
            *("sh", "-c", inner, "sh", str(scope / CONTROL), *command),
        ]

    def create(self, child: str) -> None:
        """Make an empty child group, replacing what an earlier one left behind.

        Raises CgroupError if the folders cannot be made or emptied.
        """
        try:
            for folder in self.folders(child):
                for path in (folder.parent, folder):
                    path.mkdir(exist_ok=True)
                    _inherit_cpuset(path)
            if self.version == 2 and child != CONTROL:
                (self.folders(child)[0] / "init").mkdir(exist_ok=True)
        except OSError as error:
            raise CgroupError(
                f"cannot make the control group {self.name}/{child}: {error}",
                next_step="run plimsoll as root, on a machine whose /sys/fs/cgroup can be written",
            ) from error

    def joining(self, children: Sequence[str], command: Sequence[str]) -> list[str]:
        """Return the command line that enters the child groups, in order, and becomes `command`."""
        files = [str(path / "cgroup.procs") for child in children for path in self.folders(child)]
        return ["sh", "-c", _JOIN, "sh", *files, "--", *command] if files else list(command)

    def launch_node(self, child: str, command: Sequence[str]) -> list[str]:
        """Return the command line that runs `command` with the child group as its namespace's root.

        On v2 no process may stay in that root, so all of them move on into its child `init`.
        """
        inner = self.joining([f"{child}/init"], command) if self.version == 2 else list(command)
        return self.joining([child], ["unshare", "--cgroup", *inner])

    def processes(self, child: str = "") -> set[int]:
        """Return the ids of all processes in the group and below."""
        return {pid for folder in self.folders(child) for pid in _processes_below(folder)}

    def kill(self, child: str = "", *, seconds: float = 5) -> None:
        """End every process in the group and below; raise CgroupError if one survives that."""
        deadline = time.monotonic() + seconds
        while found := self.processes(child) - {os.getpid()}:
            if time.monotonic() > deadline:
                raise CgroupError(
                    f"{len(found)} processes of {self.name} do not end: {sorted(found)[:8]}",
                    next_step="look at them with ps; a process waiting for a disk can hang",
                )
            _end(found)
            time.sleep(0.01)

    def remove(self, child: str = "", *, seconds: float = 5) -> None:
        """Remove the folders of the emptied group; raise CgroupError if one stays.

        A process that was on its way into the group when it was emptied is ended, too.
        """
        deadline = time.monotonic() + seconds
        for folder in self.folders(child):
            while not _remove_below(folder):
                if time.monotonic() > deadline:
                    raise CgroupError(
                        f"the control group {folder} cannot be removed",
                        next_step=f"see which processes are in it: cat {folder}/cgroup.procs",
                    )
                _end(self.processes(child) - {os.getpid()})
                time.sleep(0.02)


def _end(processes: Iterable[int]) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def platform_cgroup(
    name: str, addresses: Addresses, mount_table: str | None = None
) -> PlatformCgroup:
    """Return the group of the platform that holds the range; nothing is made.

    `mount_table` is the text of /proc/self/mountinfo. Raises CgroupError where the machine has
    neither v1 controllers nor a v2 tree with systemd.
    """
    group = f"plimsoll-{addresses.index}-{name}"
    table = mount_table if mount_table is not None else _MOUNT_TABLE.read_text()
    old, new = _hierarchies(table)
    if any("memory" in hierarchy.options.split(",") for hierarchy in old):
        return PlatformCgroup(name=group, version=1, hierarchies=(*old, *new[:1]))
    if new and (mount_table is not None or Path("/run/systemd/system").is_dir()):
        return PlatformCgroup(name=group, version=2, hierarchies=(new[0],))
    raise CgroupError(
        "this machine has no control groups that a platform could use: neither v1 controllers "
        "under /sys/fs/cgroup nor a v2 tree managed by systemd",
        next_step="run plimsoll on a machine that boots with systemd, or mount the v1 controllers",
    )


def mount_cgroups(group: PlatformCgroup) -> Iterator[tuple[str, str, str]]:
    """Yield what a node mounts on /sys/fs/cgroup: (kind, name of the folder or '', options)."""
    if group.version == 2:
        yield "cgroup2", "", ""
        return
    for hierarchy in group.hierarchies:
        kind = "cgroup" if hierarchy.options else "cgroup2"
        yield kind, Path(hierarchy.mount).name, hierarchy.options


def enable_controllers(root: Path) -> None:
    """On v2: let the children of the group at `root` have every controller that it has."""
    for controller in (root / "cgroup.controllers").read_text().split():
        (root / "cgroup.subtree_control").write_text(f"+{controller}")


def _hierarchies(table: str) -> tuple[list[Hierarchy], list[Hierarchy]]:
    old: list[Hierarchy] = []
    new: list[Hierarchy] = []
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        mount = left.split()[4]
        kind, _, options = right.split()
        if kind == "cgroup":
            old.append(Hierarchy(mount, _v1_options(options)))
        elif kind == "cgroup2":
            new.append(Hierarchy(mount, ""))
    return old, new


def _v1_options(options: str) -> str:
    """Return what of a mounted v1 hierarchy's options names it: its controllers, or its name."""
    kept = [o for o in options.split(",") if o not in {"rw", "ro", "xattr", "clone_children"}]
    named = [o for o in kept if o.startswith("name=")]
    return ",".join(["none", *named] if named else [o for o in kept if "=" not in o])


def _inherit_cpuset(folder: Path) -> None:
    for name in ("cpuset.cpus", "cpuset.mems"):
        file = folder / name
        if file.exists() and not (folder / "cgroup.controllers").exists():
            file.write_text((folder.parent / name).read_text())


def _processes_below(folder: Path) -> Iterator[int]:
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):  # the group went away meanwhile
            yield from map(int, Path(path, "cgroup.procs").read_text().split())


def _remove_below(folder: Path) -> bool:
    for path, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # still busy, or gone: the caller looks again
            Path(path).rmdir()
    return not folder.exists()
