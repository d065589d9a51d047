"""The first process of a node: makes the node's view of the machine, then keeps its parts running.

Runs as process 1 of its own mount, network, process, host name and IPC namespaces. It builds a root
of its own (the host's programs, but a /var, /run and /tmp that belong to the node), so nothing that
a kubelet or container runtime writes to fixed paths reaches the host. When it ends, the kernel ends
everything in the node.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from plimsoll.embedded import mounts
from plimsoll.embedded.cgroups import enable_controllers
from plimsoll.embedded.keeper import Keeper, Part
from plimsoll.embedded.state import PartStatus, write_atomically
from plimsoll.errors import PlimsollError

SPEC_FILE = "node.json"
STATUS_FILE = "status.json"
_STAGE = Path("/sys")
"""Where the new root is put together: nothing is needed from the host's meanwhile."""
_OWN = {"proc", "sys", "run", "tmp", "var", "lost+found"}
"""Top-level folders that a node does not share with the host."""
_MACHINE_WIDE = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
"""Settings of the whole machine that a kubelet would write, and the values it wants to see."""
_CABLE_SECONDS = 30


class NodeSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What the first process of a node does."""

    hostname: str
    folder: str
    """The node's folder; var/ in it becomes the node's /var."""
    shown: tuple[str, ...]
    """Paths of the host that the node needs at the same place."""
    cgroup_version: int
    cgroups: tuple[tuple[str, str, str], ...]
    """What to mount under /sys/fs/cgroup: kind, folder, options."""
    network: tuple[str, ...]
    """Lines for `ip -batch`."""
    parts: tuple[Part, ...]


def main() -> int:
    """Run the node whose folder is the only argument."""
    folder = Path(sys.argv[1])
    try:
        _run(folder)
    except (PlimsollError, OSError, msgspec.MsgspecError, subprocess.SubprocessError) as error:
        print(f"the node in {folder} cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def _run(folder: Path) -> None:
    keeper = Keeper(
        changed=lambda parts: _write_status(folder, parts),
        reap_orphans=True,
    )
    signal.set_wakeup_fd(keeper.wake_descriptor, warn_on_full_buffer=False)
    for number in (signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda _number, _frame: None)
    spec = _read(folder)
    socket.sethostname(spec.hostname)
    _make_root(spec)
    _make_network(spec)
    seen: list[NodeSpec] = []

    def follow() -> None:
        current = _read(folder)
        if [current] != seen:
            seen[:] = [current]
            keeper.want(current.parts)

    follow()
    keeper.run(woken=follow)


def _read(folder: Path) -> NodeSpec:
    return msgspec.json.decode((folder / SPEC_FILE).read_bytes(), type=NodeSpec)


def _write_status(folder: Path, parts: Sequence[PartStatus]) -> None:
    write_atomically(folder / STATUS_FILE, msgspec.json.encode(parts))


def _make_root(spec: NodeSpec) -> None:
    """Build the node's root file system and move into it."""
    root, home = _STAGE, Path(spec.folder)
    mounts.mount("none", Path("/"), flags=mounts.MS_REC | mounts.MS_PRIVATE)
    mounts.mount("tmpfs", root, "tmpfs", options="mode=755")
    for entry in sorted(Path("/").iterdir()):
        if entry.name in _OWN:
            continue
        _show(entry, root)
    for name in ("proc", "sys", "run", "tmp", "var", ".old"):
        (root / name).mkdir()
    mounts.mount("tmpfs", root / "run", "tmpfs", options="mode=755")
    mounts.mount("tmpfs", root / "tmp", "tmpfs", options="mode=1777")
    mounts.bind(home / "var", root / "var")
    _fill_var(root, home)
    for path in spec.shown:
        _show_deep(Path(path), root)
    mounts.mount("proc", root / "proc", "proc")
    mounts.mount("sysfs", root / "sys", "sysfs")
    _mount_cgroups(spec, root / "sys/fs/cgroup")
    _stand_in_for_settings(root, home)
    kubelet = root / "var/lib/kubelet"
    mounts.bind(kubelet, kubelet)
    mounts.pivot_root(root, root / ".old")
    os.chdir("/")
    mounts.unmount(Path("/.old"))
    Path("/.old").rmdir()
    mounts.mount("none", Path("/var/lib/kubelet"), flags=mounts.MS_REC | mounts.MS_SHARED)


def _show(entry: Path, root: Path) -> None:
    target = root / entry.name
    if entry.is_symlink():
        target.symlink_to(entry.readlink())
    elif entry.is_dir():
        target.mkdir()
        mounts.bind(entry, target, recursive=True)


def _show_deep(path: Path, root: Path) -> None:
    """Show a host path at the same place in the node, unless a folder above it is shown anyway."""
    if path.parts[1] not in _OWN or not path.exists():
        return
    target = root / path.relative_to("/")
    target.mkdir(parents=True, exist_ok=True)
    mounts.bind(path, target)


def _fill_var(root: Path, home: Path) -> None:
    """Give the node's /var what programs expect to find there."""
    for name, target in (("run", "/run"), ("lock", "/run/lock")):
        link = home / "var" / name
        if not link.is_symlink():
            link.symlink_to(target)
    for name in ("lock", "containerd", "netns", "cdi"):
        (root / "run" / name).mkdir()
    for name in ("tmp", "cache", "log/pods", "log/containers", "lib/containerd", "lib/cni"):
        (home / "var" / name).mkdir(parents=True, exist_ok=True)


def _mount_cgroups(spec: NodeSpec, target: Path) -> None:
    if spec.cgroup_version == 2:
        mounts.mount("cgroup2", target, "cgroup2")
        enable_controllers(target)
        return
    mounts.mount("tmpfs", target, "tmpfs", options="mode=755")
    for kind, name, options in spec.cgroups:
        (target / name).mkdir()
        mounts.mount("cgroup", target / name, kind, options=options)


def _stand_in_for_settings(root: Path, home: Path) -> None:
    folder = home / "settings"
    folder.mkdir(exist_ok=True)
    for name, value in _MACHINE_WIDE.items():
        stand_in, real = folder / name.replace("/", "."), root / "proc/sys" / name
        if real.exists():
            stand_in.write_text(value + "\n")
            mounts.bind(stand_in, real)


def _make_network(spec: NodeSpec) -> None:
    """Wait for the cable from the host, then give it the node's address and routes."""
    deadline = time.monotonic() + _CABLE_SECONDS
    while not Path("/sys/class/net/eth0").exists():
        if time.monotonic() > deadline:
            raise PlimsollError(f"no network cable came within {_CABLE_SECONDS} s")
        time.sleep(0.01)
    answer = subprocess.run(
        ["ip", "-batch", "-"],
        input="\n".join(spec.network) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise PlimsollError(f"ip refused the node's network: {answer.stderr.strip()}")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


if __name__ == "__main__":
    sys.exit(main())
