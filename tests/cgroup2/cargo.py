"""A second disk for the emulated machine: the programs under test, at the paths they have here.

File times are carried to the nanosecond, because the cache's names depend on them; with them the
emulated machine finds every program and image ready and has nothing to build.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import plimsoll
from plimsoll.embedded import builder, components
from plimsoll.embedded.cache import cache_folder
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.prepare import CORE_BUILDS, prepare
from plimsoll.embedded.progress import Report
from plimsoll.embedded.python_runtime import collect_runtime, library_closure
from plimsoll.errors import PlimsollError

HERE = Path(__file__).parent
PACKAGE = "tests/cgroup2"
_SIZE = "4G"
_LEFT_OUT = ("site-packages", "test", "idlelib", "tkinter", "config-*-linux-gnu")
"""What of the base interpreter's library stays at home (the environment's packages come along)."""
_PACK = """
set -eu
mkfs.ext4 -q -O ^has_journal -L cargo "$1" "$2"
mount -o loop "$1" "$3"
mkdir "$3/tree"
tar --create --format=posix --directory=/ --files-from="$4" --exclude-from="$5" |
  tar --extract --preserve-permissions --directory="$3/tree"
cp "$6/start" "$6/paths" "$6/errand" "$3"
umount "$3"
"""
_START = """#!/bin/sh
# What was carried in appears at its own paths, then the errand begins.
set -eu
while read -r path; do
  mkdir -p "$path"
  mount --bind "/cargo/tree$path" "$path"
done < /cargo/paths
if [ -d /cargo/tree/usr/lib ]; then
  cp -a --remove-destination /cargo/tree/usr/lib/. /usr/lib/
  ldconfig
fi
export LANG=C.UTF-8 TERM=dumb {environment}
exec sh /cargo/errand
"""


class CargoError(PlimsollError):
    """What should be carried into the emulated machine cannot be packed."""


def pack(disk: Path, errand: str, report: Report) -> None:
    """Write the new file `disk`: programs, images, Python and its packages, the source tree.

    `errand` is the shell script that the machine runs. Raises what building the programs raises,
    and CargoError.
    """
    made = prepare(PlatformConfig(), report)  # so that `up` finds everything in the cache
    root = Path(plimsoll.__file__).parents[2]
    paths = [path.absolute() for path in _carried(root)]
    images = cache_folder() / "images"
    files = [*paths, *map(Path, made.images), *_libraries()]
    with tempfile.TemporaryDirectory(prefix="plimsoll-cargo-") as scratch:
        folder = Path(scratch)
        (folder / "mount").mkdir()
        (folder / "start").write_text(_START.format(environment=_environment(root)))
        (folder / "errand").write_text(errand)
        (folder / "paths").write_text("".join(f"{path}\n" for path in [*paths, images]))
        (folder / "from").write_text("".join(f"{str(path)[1:]}\n" for path in files))
        base = str(Path(sys.base_prefix).absolute())[1:]
        (folder / "without").write_text("".join(f"{base}/lib/*/{name}\n" for name in _LEFT_OUT))
        names = (disk, _SIZE, *(folder / n for n in ("mount", "from", "without")), folder)
        # In mount namespace of its own: nothing stays mounted, however this ends.
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _PACK, "sh"]
        answer = subprocess.run(
            [*command, *map(str, names)], capture_output=True, text=True, check=False
        )
    if answer.returncode != 0:
        raise CargoError(
            f"the disk for the emulated machine cannot be written: {answer.stderr.strip()}",
            next_step="run as root, with 4 GB free and a free loop device",
        )


def _carried(root: Path) -> list[Path]:
    builds = {*CORE_BUILDS}
    for component in components.wanted(PlatformConfig()):
        builds |= set(component.builds)
    programs = [home for name in sorted(builds) if (home := builder.finished(name))]
    tree = [cache_folder() / "stubs", root / "src", root / PACKAGE]
    python = [Path(sys.prefix)]
    if sys.base_prefix != "/usr":  # that one is installed as a package
        python.append(Path(sys.base_prefix))
    return [*programs, *tree, *python]


def _libraries() -> list[Path]:
    """Return the system's libraries that the interpreter loads, in the versions it has here."""
    if sys.base_prefix == "/usr":
        return []
    libraries = library_closure(collect_runtime().sources.values()).values()
    return [path for path in libraries if path.is_relative_to("/usr/lib")]


def _environment(root: Path) -> str:
    search = f"{sys.prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    values = {
        "PATH": search,
        "PLIMSOLL_CACHE": str(cache_folder()),
        "PLIMSOLL_TREE": str(root),
    }
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
