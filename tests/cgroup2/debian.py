"""The disk, kernel and first file system of an emulated Debian whose control groups are version 2.

It is the release that this machine runs, from the mirror that this machine's apt uses, so programs
built here run there. Made once and kept in the cache under a hash of everything it was made from.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from plimsoll.embedded.cache import cached, fingerprint
from plimsoll.errors import PlimsollError

HERE = Path(__file__).parent
PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "udev", "kmod", "mount", "procps"),
    "linux-image-cloud-amd64",
    *("iproute2", "nftables", "containernetworking-plugins", "libseccomp2", "busybox-static"),
)
FIRST_MODULES = ("virtio_pci", "virtio_blk", "ext4", "virtio_rng")
FILES = {
    "etc/hostname": "cgroup2\n",
    "etc/hosts": "127.0.0.1 localhost cgroup2\n",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/resolv.conf": "",
}
LINKS = {
    f"etc/systemd/system/{unit}": "/dev/null"
    for unit in (
        *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer"),
        *("e2scrub_all.timer", "fstrim.timer", "systemd-pcrphase.service"),
        *("serial-getty@ttyS0.service", "getty@tty1.service", "nftables.service"),
    )
}
DISK_SIZE = "3G"


class DebianError(PlimsollError):
    """The emulated machine's disk cannot be made here."""


class Debian(NamedTuple):
    """What boots."""

    disk: Path
    kernel: Path
    first: Path
    """The first file system (initramfs)."""


def debian(*, packages: tuple[str, ...] = ()) -> Debian:
    """Return the machine's parts with `packages` beside PACKAGES, making them if needed.

    Raises DebianError where this machine's release cannot be used or the mirror does not answer.
    """
    if platform.machine() != "x86_64":
        raise DebianError(f"the emulated machine needs an x86_64 host, not {platform.machine()}")
    suite = release()
    mirrors = mirrors_of(suite)
    wanted = sorted({*PACKAGES, *packages})
    texts = [path.read_text() for path in (Path(__file__), *(HERE / n for n in _SCRIPTS))]
    key = fingerprint([suite, *wanted, *texts])
    folder = cached(f"cgroup2/debian-{key}", lambda path: _make(path, suite, mirrors, wanted))
    return Debian(folder / "root.img", folder / "vmlinuz", folder / "first.cpio")


_SCRIPTS = ("first-init", "journey.service")


def release(text: str | None = None) -> str:
    """Return the code name of the Debian release in os-release; raise DebianError if it is none."""
    source = Path("/etc/os-release").read_text() if text is None else text
    fields = _fields(r'^(\w+)="?([^"\n]*)"?$', source)
    if fields.get("ID") != "debian" or "VERSION_CODENAME" not in fields:
        raise DebianError(
            f"the emulated machine is a copy of this one's Debian, but this is {fields.get('ID')}",
            next_step="run it on Debian 12 or newer",
        )
    return fields["VERSION_CODENAME"]


def mirrors_of(suite: str) -> list[str]:
    """Return lines for apt: where this machine gets `suite`, its updates and security fixes from.

    Raises DebianError if apt's configuration has no source for it.
    """
    known = {suite, f"{suite}-updates", f"{suite}-security"}
    found = [f"deb {address} {one} main" for address, suites in _sources() for one in suites
             if one in known]  # fmt: skip
    if not any(f" {suite} " in line for line in found):
        raise DebianError(
            f"apt on this machine knows no mirror for {suite}",
            next_step="add one to /etc/apt/sources.list",
        )
    return list(dict.fromkeys(found))


def _sources(folder: Path = Path("/etc/apt")) -> Iterator[tuple[str, list[str]]]:
    """Yield (address, suites) of every source of binary packages, in both formats of apt."""
    lists = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]
    for path in filter(Path.exists, lists):
        for line in path.read_text().splitlines():
            if match := re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", line):
                yield match[1], [match[2]]
    for path in sorted(folder.glob("sources.list.d/*.sources")):
        for stanza in path.read_text().split("\n\n"):
            fields = _fields(r"^([\w-]+):[ \t]*(.*)$", stanza)
            if "deb" in fields.get("Types", "").split():
                for address in fields.get("URIs", "").split():
                    yield address, fields.get("Suites", "").split()


def _fields(pattern: str, text: str) -> dict[str, str]:
    """Return what the two groups of `pattern` match on each line, as names and values."""
    return {match[1]: match[2] for match in re.finditer(pattern, text, re.MULTILINE)}


def _make(target: Path, suite: str, mirrors: list[str], packages: list[str]) -> None:
    print(f"== Debian {suite}: {len(packages)} packages onto a disk (about 1 min)", flush=True)
    target.mkdir()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".root-") as scratch:
        root = Path(scratch) / "root"
        _run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}",
             "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
             suite, str(root), *mirrors)  # fmt: skip
        _furnish(root)
        (kernel,) = (root / "boot").glob("vmlinuz-*")
        shutil.copyfile(kernel, target / "vmlinuz")
        version = kernel.name.removeprefix("vmlinuz-")
        _first_file_system(root, version, Path(scratch) / "first", target / "first.cpio")
        _run("mkfs.ext4", "-q", "-L", "root", "-d", str(root), str(target / "root.img"), DISK_SIZE)


def _furnish(root: Path) -> None:
    for name, text in FILES.items():
        (root / name).unlink(missing_ok=True)
        (root / name).write_text(text)
    for name, to in LINKS.items():
        (root / name).symlink_to(to)
    unit = "etc/systemd/system/journey.service"
    shutil.copyfile(HERE / "journey.service", root / unit)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "journey.service").symlink_to(f"/{unit}")
    (root / "cargo").mkdir()


def _first_file_system(root: Path, version: str, scratch: Path, target: Path) -> None:
    """Write the file system that finds the disk: busybox, a script, and the disk's modules."""
    for name in ("bin", "dev", "proc", "sys", "root"):
        (scratch / name).mkdir(parents=True)
    shutil.copy(root / "bin/busybox", scratch / "bin/busybox")
    shutil.copyfile(HERE / "first-init", scratch / "init")
    (scratch / "init").chmod(0o755)
    folder = root / "lib/modules" / version
    names = module_order((folder / "modules.dep").read_text(), FIRST_MODULES)
    for name in names:
        shutil.copy(folder / name, scratch)
    (scratch / "modules").write_text("\n".join(f"/{Path(name).name}" for name in names) + "\n")
    files = "\n".join(str(p.relative_to(scratch)) for p in sorted(scratch.rglob("*")))
    with target.open("wb") as output:
        subprocess.run(
            ["cpio", "--quiet", "-o", "-H", "newc"],
            input=files.encode(), stdout=output, cwd=scratch, check=True,
        )  # fmt: skip


def module_order(dependencies: str, wanted: tuple[str, ...]) -> list[str]:
    """Return the files of the `wanted` kernel modules and all they need, in loading order.

    `dependencies` is the text of modules.dep. What is not in it is part of the kernel itself.
    """
    needs = {}
    for line in dependencies.splitlines():
        file, _, others = line.partition(":")
        needs[file] = others.split()
    by_name = {Path(file).name.partition(".")[0].replace("-", "_"): file for file in needs}
    order: list[str] = []
    for name in wanted:
        if name in by_name:
            chain = [*reversed(needs[by_name[name]]), by_name[name]]
            order += [one for one in chain if one not in order]
    return order


def _run(*command: str) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        last = "\n    ".join((answer.stderr or answer.stdout).strip().splitlines()[-6:])
        raise DebianError(
            f"{command[0]} failed; it said:\n    {last}",
            next_step="check that apt-get update works here and that the disk has 4 GB free",
        )
