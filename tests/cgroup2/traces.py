"""What a platform could leave behind on a machine, as sets of words that can be compared."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

_FOLDERS = ("/dev", "/run", "/tmp", "/var/tmp", "/var/lib", "/var/log", "/etc", "/etc/cni")
_SETTINGS = (
    *("net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "vm/overcommit_memory"),
    *("vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys"),
    *("kernel/hostname", "net/netfilter/nf_conntrack_max"),
)
_OTHERS = {"systemd-udevd", "(udev-worker)", "(sd-pam)", "systemd-userwor"}
"""Processes that come and go by themselves."""

Traces = dict[str, set[str]]


def traces() -> Traces:
    """Return what there is now, by kind."""
    return {
        "process": set(_processes()),
        "namespace": set(_namespaces()),
        "interface": {path.name for path in Path("/sys/class/net").iterdir()},
        "route": _lines("ip", "route", "show", "table", "all"),
        "firewall rule": _lines("nft", "list", "ruleset"),
        "mount": {line.split()[4] for line in _text("/proc/self/mountinfo").splitlines()},
        "control group": set(_groups()),
        "unit": _lines("systemctl", "list-units", "--all", "--plain", "--no-legend", "plimsoll*"),
        "loop device": {path.name for path in Path("/sys/block").glob("loop*")},
        "file": {str(path) for folder in _FOLDERS for path in Path(folder).glob("*")},
        "setting": {f"{name}={_text(f'/proc/sys/{name}').strip()}" for name in _SETTINGS},
    }


def differences(before: Traces, after: Traces) -> list[str]:
    """Return what has come and what has gone, in words."""
    come = [
        f"{kind} {one} remains" for kind in before for one in sorted(after[kind] - before[kind])
    ]
    gone = [
        f"{kind} {one} is gone" for kind in before for one in sorted(before[kind] - after[kind])
    ]
    return come + gone


def _processes() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            name = (path / "comm").read_text().strip()
            of_user = (path / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if of_user and name not in _OTHERS:
            yield name


def _namespaces() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            yield str(path.readlink())
        except (FileNotFoundError, ProcessLookupError):
            continue


def _groups() -> Iterator[str]:
    for path in Path("/sys/fs/cgroup").rglob("*"):
        if path.is_dir() and any(word in str(path) for word in ("plimsoll", "kubepods", "/node")):
            yield str(path)


def _lines(*command: str) -> set[str]:
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return {line.strip() for line in answer.stdout.splitlines() if line.strip()}


def _text(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else "absent"
