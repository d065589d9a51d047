"""The embedded platform as other code uses it: bring one up, find it, change it, remove it.

`up` builds what is missing, writes down what it is about to make, starts the supervisor and follows
it; all calls may be repeated, and a process that dies inside one leaves a platform that `down`
removes completely.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from lightkube import Client

from plimsoll.embedded import cluster, components, faults, teardown
from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.config import PlatformConfig, validate
from plimsoll.embedded.launch import (
    PlatformError,
    end_of,
    follow,
    new_record,
    renewed_record,
    start_supervisor,
)
from plimsoll.embedded.prepare import prepare
from plimsoll.embedded.processes import alive, children, send
from plimsoll.embedded.progress import Report, silent
from plimsoll.embedded.state import Folder, Record, names


class Platform:
    """One platform of this machine, running or not."""

    def __init__(self, folder: Folder, record: Record) -> None:
        self.folder = folder
        self.record = record
        self.config = faults.effective(record.config)
        """What the platform follows: what was asked for with the changes of its faults."""
        self._client: Client | None = None

    @property
    def name(self) -> str:
        """The platform's name."""
        return self.folder.name

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.folder.kubeconfig

    @property
    def addresses(self) -> Addresses:
        """Every address and number of the platform."""
        return self.record.addresses

    @property
    def binaries(self) -> Mapping[str, Path]:
        """Where each program is, by its name (kubectl, ctr ...)."""
        return {name: Path(path) for name, path in self.record.binaries.items()}

    @property
    def client(self) -> Client:
        """A synchronous client with the administrator's rights."""
        if self._client is None:
            self._client = cluster.connect(self.kubeconfig)
        return self._client

    def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def node_pid(self, number: int) -> int:
        """Return the id of a node's first process; raise PlatformError while it does not run."""
        status = self.folder.read_status()
        for part in status.parts if status else ():
            if part.name == f"node{number}" and part.process and alive(part.process):
                for child in children(part.process.pid):
                    return child
        raise PlatformError(
            f"node{number} of the platform {self.name!r} does not run",
            next_step=f"see its state with: plimsoll status --name {self.name}",
        )

    def run_in_node(
        self, number: int, command: Sequence[str], *, seconds: float = 30
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside a node's namespaces and return what it printed, status included."""
        enter = ["nsenter", f"--target={self.node_pid(number)}", "--all", "--", *command]
        return subprocess.run(enter, capture_output=True, text=True, timeout=seconds, check=False)

    def ready_nodes(self) -> set[str]:
        """Return the names of the nodes that are Ready."""
        return cluster.ready_nodes(self.client)

    def waiting_for(self) -> str:
        """Return what is still missing, in a few words; empty when all of it is ready."""
        missing = {f"node{n}" for n in range(1, self.config.nodes + 1)} - self.ready_nodes()
        if missing:
            return f"the nodes {', '.join(sorted(missing))} to become ready"
        for component in components.wanted(self.config):
            if what := component.waiting_for(self):
                return f"{component.title}: {what}"
        return ""

    def is_asked_for(self, component: str) -> bool:
        """Return whether it is to have a component even without its faults.

        Reads the record again: a check may have asked for the component since.
        """
        record = self.folder.read_record() or self.record
        return component in {found.name for found in components.wanted(record.config)}

    def running(self) -> bool:
        """Return whether its supervisor lives and has brought it to what was asked for."""
        status = self.folder.read_status()
        return bool(status and alive(status.supervisor) and status.reached == self.record.revision)


def load(name: str) -> Platform | None:
    """Return the platform of that name, running or not; None if there is none."""
    if name not in names():
        return None
    folder = Folder(name)
    record = folder.read_record()
    return Platform(folder, record) if record else None


def up(config: PlatformConfig, report: Report = silent) -> Platform:
    """Return a running platform as `config` wants it; one that runs already is left as it is.

    Raises UsageError for a configuration that cannot be meant, PlimsollError subclasses for a
    machine that cannot carry it, PlatformError if it did not come up (it is then left for looking
    at, and for `down`).
    """
    validate(config)
    existing = load(config.name)
    if existing and existing.running():
        return existing
    effective = faults.effective(config)
    components.wanted(effective)
    made = prepare(existing.config if existing else effective, report)
    folder = Folder(config.name)
    with folder.lock():
        record = folder.read_record()
        if record is None:
            record = new_record(folder, config, made)
        else:
            record = renewed_record(folder, record, made)
        offset = end_of(folder.progress)
        start_supervisor(folder, record)
    follow(folder, record.revision, report, offset)
    return Platform(folder, record)


def down(name: str) -> bool:
    """Remove the platform of that name; return False if there was none.

    Raises TeardownError naming what could not be removed.
    """
    if name not in names():
        return False
    folder = Folder(name)
    with folder.lock():
        teardown.remove(folder)
    return True


def reconfigure(
    platform: Platform,
    change: Callable[[PlatformConfig], PlatformConfig],
    report: Report = silent,
) -> Platform:
    """Make a running platform follow `change` of its configuration; return it as it is then.

    The number of nodes, the network, the name and the version stay. Raises PlatformError if the
    platform does not run or does not get there.
    """
    current = platform.folder.read_record()
    if current is None:
        raise _not_running(platform.name)
    config = validate(change(current.config))
    fixed = ("name", "network", "nodes", "kubernetes_version")
    if any(getattr(config, f) != getattr(current.config, f) for f in fixed):
        raise PlatformError(
            f"a running platform keeps its {', '.join(fixed)}",
            next_step=f"take it down first: plimsoll down --name {platform.name}",
        )
    made = prepare(faults.effective(config), report)
    folder = platform.folder
    with folder.lock():
        record = folder.read_record()
        status = folder.read_status()
        if record is None or status is None or not alive(status.supervisor):
            raise _not_running(folder.name)
        record = msgspec.structs.replace(
            record,
            config=config,
            binaries=record.binaries | made.binaries,
            images=made.images,
            revision=record.revision + 1,
        )
        folder.write_record(record)
        offset = end_of(folder.progress)
        send(status.supervisor, signal.SIGHUP)
    follow(folder, record.revision, report, offset)
    platform.close()
    return Platform(folder, record)


def _not_running(name: str) -> PlatformError:
    return PlatformError(
        f"the platform {name!r} does not run",
        next_step=f"start it with: plimsoll up --name {name}",
    )


def add_components(platform: Platform, wanted: Sequence[str], report: Report = silent) -> Platform:
    """Add components to a running platform and wait until they are ready."""
    if all(name in platform.record.config.components for name in wanted):
        return platform
    return reconfigure(
        platform,
        lambda config: msgspec.structs.replace(
            config, components=tuple(dict.fromkeys((*config.components, *wanted)))
        ),
        report,
    )


def apply_fault(platform: Platform, name: str, report: Report = silent) -> Platform:
    """Break one promise of a running platform."""
    faults.get(name)
    return reconfigure(
        platform,
        lambda config: msgspec.structs.replace(config, faults=(*config.faults, name)),
        report,
    )


def revert_fault(platform: Platform, name: str, report: Report = silent) -> Platform:
    """Mend what the fault broke and wait until its health probe says that it is mended.

    Raises PlatformError if it is not healthy after two minutes.
    """
    fault = faults.get(name)
    fault.revert(platform)
    mended = reconfigure(
        platform,
        lambda config: msgspec.structs.replace(
            config, faults=tuple(other for other in config.faults if other != name)
        ),
        report,
    )
    deadline = time.monotonic() + 120
    while what := fault.healthy(mended):
        if time.monotonic() > deadline:
            raise PlatformError(
                f"the platform is not healthy after the fault {name!r} was reverted: {what}",
                next_step=f"take it down: plimsoll down --name {platform.name}",
            )
        time.sleep(0.5)
    return mended
