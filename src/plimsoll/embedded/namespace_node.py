"""One node as the supervisor makes it: its process, its files, its images, and its parts.

The platform's own nodes and those that an autoscaler asks for are made by the same steps, each of
which does only what is missing, so that a dead supervisor's work is taken up where it stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.keeper import Keeper, Part
from plimsoll.embedded.node_init import SPEC_FILE
from plimsoll.embedded.node_spec import (
    SOCKET,
    Membership,
    node_name,
    node_spec,
    unsettled_parts,
    write_node_files,
    write_node_spec,
)
from plimsoll.embedded.processes import children
from plimsoll.embedded.progress import pause
from plimsoll.embedded.state import Folder, Record, write_atomically
from plimsoll.errors import PlimsollError

NODE_SECONDS = 180
_IMPORT_SECONDS = 300
_IMPORTED = "imported"


class BringUpError(PlimsollError):
    """A part of the platform did not come up in time."""


class NamespaceNode:
    """Node `number` of a platform, kept by `keeper`."""

    def __init__(
        self,
        folder: Folder,
        record: Record,
        config: PlatformConfig,
        keeper: Keeper,
        *,
        number: int,
        membership: Membership | None = None,
    ) -> None:
        self.number = number
        self.name = node_name(number)
        self.abandoned = False
        """It is being removed: whoever waits for it should stop."""
        self._folder = folder
        self._record = record
        self._config = config
        self._keeper = keeper
        self._membership = membership
        self._home = folder.node(number)

    def part(self) -> Part:
        """Return the part whose process holds the node's namespaces; its child is the node."""
        command = [
            *("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork"),
            *("--kill-child", "--propagation", "private"),
            *(sys.executable, "-m", "plimsoll.embedded.node_init", str(self._home)),
        ]
        return Part(
            name=self.name,
            command=tuple(self._record.cgroup.launch_node(self.name, command)),
            log=str(self._folder.logs / f"{self.name}.log"),
        )

    def prepare(self) -> None:
        """Write the node's files; a node that has joined before stays joined."""
        write_node_files(self._folder, self._record, self._config, self.number, self._membership)
        self._tell(joined=(self._home / SPEC_FILE).exists())

    def join(self) -> None:
        """Let the node become part of the cluster."""
        self._tell(joined=True)

    def _tell(self, *, joined: bool) -> None:
        spec = node_spec(
            self._folder,
            self._record,
            self._config,
            self.number,
            joined=joined,
            membership=self._membership,
        )
        process = self._keeper.process(self.name)
        if write_node_spec(self._folder, spec, self.number) and process:
            for child in children(process.pid):
                os.kill(child, signal.SIGHUP)

    def late(self) -> str:
        """Return which parts do not yet run as the node was told; empty when all do."""
        late = unsettled_parts(self._folder, self.number)
        return f"{', '.join(late)} of {self.name} to run as told" if late else ""

    def fill(self, images: Iterable[str]) -> None:
        """Import into the node's container runtime those of the images that it does not have."""
        log = self._home / "logs/containerd.log"
        await_nothing_missing(
            self._missing_runtime,
            NODE_SECONDS,
            f"see {log} and {self._folder.logs}/{self.name}.log",
        )
        marker = self._home / _IMPORTED
        done = marker.read_text().splitlines() if marker.exists() else []
        for image in images:
            if image not in done:
                self._import(image)
                done.append(image)
                write_atomically(marker, "\n".join(done).encode())

    def abandon(self) -> None:
        """Make `fill`, which may be at work in another thread, give up."""
        self.abandoned = True

    def _missing_runtime(self) -> str:
        if self.abandoned:
            raise BringUpError(f"{self.name} is being removed")
        settled = "containerd" not in unsettled_parts(self._folder, self.number)
        return "" if settled and self._socket() else f"the container runtime of {self.name}"

    def _socket(self) -> Path | None:
        """Return the path by which the host reaches the container runtime, None if not up."""
        process = self._keeper.process(self.name)
        for child in children(process.pid) if process else []:
            socket = Path(f"/proc/{child}/root{SOCKET}")
            if socket.exists():
                return socket
        return None

    def _import(self, image: str) -> None:
        command = [
            self._record.binaries["ctr"],
            *("--address", str(self._socket()), "-n", "k8s.io", "images", "import", image),
        ]
        try:
            answer = subprocess.run(
                command, capture_output=True, text=True, timeout=_IMPORT_SECONDS, check=False
            )
            reason = (answer.stderr.strip() or "no reason given") if answer.returncode != 0 else ""
        except subprocess.TimeoutExpired:
            reason = f"not done after {_IMPORT_SECONDS} s"
        if reason:
            raise BringUpError(
                f"{self.name} cannot import the image {image}: {reason}",
                next_step=f"see {self._home}/logs/containerd.log",
            )


def await_nothing_missing(missing: Callable[[], str], seconds: float, next_step: str) -> None:
    """Wait until `missing` returns nothing; raise BringUpError with what it said last."""
    deadline = time.monotonic() + seconds
    while True:
        looked = time.monotonic()
        what = missing()
        if not what:
            return
        if time.monotonic() > deadline:
            raise BringUpError(f"waited {seconds:.0f} s for {what}", next_step=next_step)
        pause(looked, shortest=0.1)
