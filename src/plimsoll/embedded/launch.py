"""Starting the process that owns a platform, and following it: what `up` is made of.

The record is written before anything is made; whoever dies in between leaves a platform that `down`
removes and that the next `up` continues.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

import plimsoll
from plimsoll.embedded import teardown
from plimsoll.embedded.cgroups import platform_cgroup
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.network import claim_range
from plimsoll.embedded.prepare import Prepared
from plimsoll.embedded.processes import alive, boot_id, send
from plimsoll.embedded.progress import EventFile, Report, pause
from plimsoll.embedded.state import Folder, Record, StateError, SupervisorStatus
from plimsoll.embedded.tools import check_watches
from plimsoll.errors import PlimsollError

FOLLOW_SECONDS = 900
_SILENT_SECONDS = 20


class PlatformError(PlimsollError):
    """A platform is not there, or did not become what it was asked to be."""


def new_record(folder: Folder, config: PlatformConfig, made: Prepared) -> Record:
    """Write the record of a new platform; if that cannot be, leave nothing of it."""
    try:
        return _write_new_record(folder, config, made)
    except PlimsollError:
        teardown.remove(folder)
        raise


def _write_new_record(folder: Folder, config: PlatformConfig, made: Prepared) -> Record:
    addresses = claim_range(folder.path, config.network)
    check_watches(config.nodes)
    record = Record(
        config=config,
        addresses=addresses,
        cgroup=platform_cgroup(folder.name, addresses),
        boot=boot_id(),
        binaries=made.binaries,
        images=made.images,
        tool_version=plimsoll.__version__,
    )
    folder.write_record(record)
    return record


def renewed_record(folder: Folder, record: Record, made: Prepared) -> Record:
    """Return the record of a platform that is started again: same configuration, same range."""
    claim_range(folder.path, str(record.addresses.network))
    record = msgspec.structs.replace(
        record,
        boot=boot_id(),
        cgroup=platform_cgroup(folder.name, record.addresses),
        binaries=record.binaries | made.binaries,
        images=made.images,
        tool_version=plimsoll.__version__,
    )
    if (status := folder.read_status()) and status.failed:
        record = msgspec.structs.replace(record, revision=record.revision + 1)
    folder.write_record(record)
    return record


def start_supervisor(folder: Folder, record: Record) -> None:
    """Start the supervisor, detached and in the platform's group; one that lives tries again."""
    status = folder.read_status()
    if status and send(status.supervisor, signal.SIGHUP):
        return
    folder.logs.mkdir(exist_ok=True)
    command = record.cgroup.launch_supervisor(
        [sys.executable, "-m", "plimsoll.embedded.supervisor", str(folder.path)]
    )
    with (folder.logs / "supervisor.log").open("ab") as log:
        launched = subprocess.run(
            ["setsid", "--fork", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=dict(os.environ),
            check=False,
        )
    if launched.returncode != 0:
        raise PlatformError(
            f"the supervisor of {folder.name!r} could not be started",
            next_step=f"see {folder.logs}/supervisor.log",
        )


def end_of(path: Path) -> int:
    """Return where the next event will be written, in bytes from the start of the file."""
    return path.stat().st_size if path.exists() else 0


def follow(folder: Folder, revision: int, report: Report, offset: int) -> None:
    """Report the supervisor's progress until it has reached `revision`; raise if it does not."""
    events = EventFile(folder.progress)
    started = time.monotonic()
    while time.monotonic() - started < FOLLOW_SECONDS:
        looked = time.monotonic()
        found, offset = events.read(offset)
        for event in found:
            report(event)
            if event.revision == revision and event.state == "stuck":
                raise PlatformError(
                    f"the platform {folder.name!r} did not come up: {event.detail}",
                    next_step=f"remove it with: plimsoll down --name {folder.name}",
                )
        status = _status(folder)
        lives = status is not None and alive(status.supervisor)
        if status and lives and status.reached >= revision and not found:
            return
        if not lives and time.monotonic() - started > _SILENT_SECONDS:
            raise PlatformError(
                f"the supervisor of {folder.name!r} ended before the platform was up",
                next_step=f"see {folder.logs}/supervisor.log, then plimsoll down",
            )
        pause(looked, shortest=0.05)
    raise PlatformError(
        f"the platform {folder.name!r} was not up after {FOLLOW_SECONDS} s",
        next_step=f"see {folder.logs}, then remove it: plimsoll down --name {folder.name}",
    )


def _status(folder: Folder) -> SupervisorStatus | None:
    if not folder.path.exists():
        raise PlatformError(
            f"the platform {folder.name!r} was taken down while it was coming up",
            next_step="start it again with: plimsoll up",
        )
    try:
        return folder.read_status()
    except StateError:
        return None
