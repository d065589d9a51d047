"""What a platform needs from the machine, checked before anything is made or built.

Everything that is missing is named at once, together with the one line that brings it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from plimsoll.embedded.cache import cache_folder
from plimsoll.embedded.state import state_root
from plimsoll.errors import PlimsollError

_RUN_BYTES = 10**9
_BUILD_BYTES = 4 * 10**9
_OLDEST_GO = (1, 21)
"""The first Go that fetches the toolchain which a go.mod asks for."""
_WATCH_SETTING = "fs.inotify.max_user_instances"
_WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
_WATCHES_OF_CONTROL_PLANE = 18
_WATCHES_PER_NODE = 9
CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
CNI_PROGRAMS = ("bridge", "host-local", "loopback", "portmap")


class MachineError(PlimsollError):
    """This machine lacks something that a platform needs."""


class Need(msgspec.Struct, frozen=True):
    """One thing that must be there."""

    what: str
    package: str
    """The Debian or Ubuntu package that brings it."""
    there: Callable[[], bool]


def _program(name: str, package: str) -> Need:
    return Need(name, package, lambda: shutil.which(name, path=_search_path()) is not None)


def _search_path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def cni_folder() -> Path | None:
    """Return the folder that has all CNI plugins which nodes use, None if there is none."""
    for folder in CNI_FOLDERS:
        if all((folder / program).exists() for program in CNI_PROGRAMS):
            return folder
    return None


def _has_static_busybox() -> bool:
    found = shutil.which("busybox")
    return found is not None and b"ld-linux" not in Path(found).read_bytes()[:4096]


def _has_seccomp_headers() -> bool:
    answer = subprocess.run(["pkg-config", "--exists", "libseccomp"], check=False)
    return answer.returncode == 0


def go_version(text: str) -> tuple[int, int] | None:
    """Return (major, minor) from what `go version` prints, None if it is not that."""
    match = re.search(r"\bgo(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _has_go() -> bool:
    if shutil.which("go") is None:
        return False
    answer = subprocess.run(["go", "version"], capture_output=True, text=True, check=False)
    found = go_version(answer.stdout)
    return found is not None and found >= _OLDEST_GO


RUN_NEEDS: tuple[Need, ...] = (
    _program("ip", "iproute2"),
    _program("nft", "nftables"),
    _program("unshare", "util-linux"),
    _program("nsenter", "util-linux"),
    _program("setsid", "util-linux"),
    _program("setpriv", "util-linux"),
    _program("ldd", "libc-bin"),
    Need("the CNI plugins", "containernetworking-plugins", lambda: cni_folder() is not None),
    Need("a static busybox", "busybox-static", _has_static_busybox),
)
BUILD_NEEDS: tuple[Need, ...] = (
    Need(f"go {'.'.join(map(str, _OLDEST_GO))} or newer", "golang-go", _has_go),
)
CGO_NEEDS: tuple[Need, ...] = (
    _program("gcc", "gcc"),
    _program("pkg-config", "pkg-config"),
    Need(
        "the headers of libseccomp",
        "libseccomp-dev",
        lambda: shutil.which("pkg-config") is not None and _has_seccomp_headers(),
    ),
)


def check_machine(*, to_build: Sequence[str], with_cgo: bool) -> None:
    """Raise MachineError if this machine cannot run platforms or make the builds they need."""
    if not sys.platform.startswith("linux"):
        raise MachineError(
            "the embedded platform needs Linux",
            next_step="check a cluster of your own with: plimsoll check --kubeconfig FILE",
        )
    require_root()
    needs = [*RUN_NEEDS, *(BUILD_NEEDS if to_build else ()), *(CGO_NEEDS if with_cgo else ())]
    missing_needs([need for need in needs if not need.there()])
    _check_space(state_root(), _RUN_BYTES, "run a platform")
    if to_build:
        _check_space(cache_folder(), _BUILD_BYTES, f"build {', '.join(to_build)}")


def check_watches(nodes: int) -> None:
    """Raise MachineError if the kernel will not let a new platform watch its files.

    The limit counts all inotify instances of root, and processes that hit it end in odd ways.
    """
    limit = int(_WATCH_LIMIT.read_text())
    used = sum(1 for target in _open_files() if target == "anon_inode:inotify")
    needed = _WATCHES_OF_CONTROL_PLANE + nodes * _WATCHES_PER_NODE
    if used + needed > limit:
        raise MachineError(
            f"this machine lets root have {limit} inotify instances and {used} are in use; "
            f"a platform with {nodes} nodes needs about {needed}",
            next_step=f"take another platform down (plimsoll status shows them), or raise the "
            f"limit: sysctl -w {_WATCH_SETTING}={max(512, 4 * limit)}",
        )


def _open_files() -> Iterator[str]:
    """Yield what every descriptor of root's processes points to, containers included."""
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if descriptor.lstat().st_uid == 0:
                yield str(descriptor.readlink())
        except OSError:  # it was closed meanwhile
            continue


def require_root() -> None:
    """Raise MachineError unless this process is root."""
    if os.geteuid() != 0:
        raise MachineError(
            "the embedded platform needs root: it makes namespaces, mounts and devices",
            next_step="call it with sudo; a cluster of your own can be checked without root",
        )


def missing_needs(absent: Sequence[Need]) -> None:
    """Raise MachineError naming everything that is absent and the line that brings it."""
    if not absent:
        return
    packages = sorted({need.package for need in absent})
    line = f"apt-get install -y {' '.join(packages)}"
    if any(need.package == "golang-go" for need in absent):
        line += "  (or Go from https://go.dev/dl, if the distribution's is too old)"
    raise MachineError(
        f"this machine lacks {', '.join(need.what for need in absent)}", next_step=line
    )


def _check_space(folder: Path, needed: int, what: str) -> None:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise MachineError(
            f"{existing} has {free / 1e9:.1f} GB free; to {what} takes about {needed / 1e9:.0f} GB",
            next_step="free space there, or set PLIMSOLL_CACHE (programs) or PLIMSOLL_STATE "
            "(platforms) to a folder that has it",
        )
