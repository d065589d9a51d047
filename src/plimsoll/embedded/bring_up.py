"""Brings a platform to what its configuration says: the steps, their order, and what runs at once.

Every step looks first and does only what is missing, so the same code starts a platform, revives
one, adds a component to one, and makes it follow a fault or its removal. Nodes and their images are
prepared while the control plane starts; a node joins once both are there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from plimsoll.embedded import components, faults
from plimsoll.embedded.control_plane import API_SERVER, STORE, ControlPlane, api_answers
from plimsoll.embedded.keeper import Keeper, Part
from plimsoll.embedded.network import set_up_host
from plimsoll.embedded.node_init import SPEC_FILE
from plimsoll.embedded.node_spec import (
    SOCKET,
    node_name,
    node_spec,
    unsettled_parts,
    write_node_files,
    write_node_spec,
)
from plimsoll.embedded.pki import Pki, make_cluster_pki
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.processes import children
from plimsoll.embedded.progress import Stages, pause
from plimsoll.embedded.state import write_atomically
from plimsoll.errors import PlimsollError

_API_SECONDS = 180
_ANSWER_SECONDS = 20
_NODE_SECONDS = 180
_COMPONENT_SECONDS = 240
_IMPORT_SECONDS = 300
_IMPORTED = "imported"


class BringUpError(PlimsollError):
    """A part of the platform did not come up in time."""


class BringUp:
    """One attempt to make a platform follow its record."""

    def __init__(self, platform: Platform, keeper: Keeper, stages: Stages) -> None:
        self._platform = platform
        self._folder = platform.folder
        self._record = platform.record
        self._config = platform.config
        self._keeper = keeper
        self._stages = stages
        self._control = ControlPlane(self._folder, self._record, self._config)
        self._numbers = range(1, self._config.nodes + 1)

    def run(self) -> None:
        """Do every step; raise PlimsollError naming the one that failed."""
        with self._stages.stage("keys and network", usual=0.5):
            make_cluster_pki(Pki(self._folder.pki), self._record.addresses, self._config.nodes)
            self._control.write_files()
            set_up_host(self._record.addresses, self._config.nodes)
            for number in self._numbers:
                self._prepare_node(number)
        first = [*self._control.store_and_api(), *map(self._node_part, self._numbers)]
        running = {status.name for status in self._keeper.statuses()}
        followers = [part for part in self._control.followers() if part.name in running]
        self._keeper.want([*first, *followers])
        with ThreadPoolExecutor(max_workers=self._config.nodes + 1) as pool:
            images = [pool.submit(self._fill_node, number) for number in self._numbers]
            self._start_api()
            self._keeper.want([*first, *self._control.followers()])
            installed = pool.submit(self._install)
            self._join_nodes(images)
            installed.result()
        _wait(self._missing_parts, _API_SECONDS, f"see the logs in {self._folder.logs}")
        self._await_components()
        for name in self._record.config.faults:
            faults.get(name).apply(self._platform)

    def _node_part(self, number: int) -> Part:
        """Return the part whose process holds a node's namespaces; its child is the node."""
        command = [
            *("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork"),
            *("--kill-child", "--propagation", "private"),
            *(sys.executable, "-m", "plimsoll.embedded.node_init", str(self._folder.node(number))),
        ]
        name = node_name(number)
        return Part(
            name=name,
            command=tuple(self._record.cgroup.launch_node(name, command)),
            log=str(self._folder.logs / f"{name}.log"),
        )

    def _prepare_node(self, number: int) -> None:
        """Write a node's files; a node that has joined before stays joined."""
        write_node_files(self._folder, self._record, self._config, number)
        joined = (self._folder.node(number) / SPEC_FILE).exists()
        self._tell_node(number, joined=joined)

    def _tell_node(self, number: int, *, joined: bool) -> None:
        spec = node_spec(self._folder, self._record, self._config, number, joined=joined)
        process = self._keeper.process(node_name(number))
        if write_node_spec(self._folder, spec, number) and process:
            for child in children(process.pid):
                os.kill(child, signal.SIGHUP)

    def _start_api(self) -> None:
        with self._stages.stage("control plane", usual=4):
            _wait(self._missing_api, _API_SECONDS, f"see the logs in {self._folder.logs}")

    def _missing_api(self) -> str:
        unsettled = set(self._keeper.unsettled()) & {STORE, API_SERVER}
        if not unsettled and api_answers(self._folder, self._record, seconds=_ANSWER_SECONDS):
            return ""
        return "the API to answer"

    def _fill_node(self, number: int) -> None:
        """Import into a node's container runtime every image that it does not have yet."""
        log = self._folder.node(number) / "logs/containerd.log"
        _wait(
            lambda: self._missing_runtime(number),
            _NODE_SECONDS,
            f"see {log} and {self._folder.logs}/{node_name(number)}.log",
        )
        marker = self._folder.node(number) / _IMPORTED
        done = marker.read_text().splitlines() if marker.exists() else []
        for image in self._record.images:
            if image not in done:
                self._import(image, number)
                done.append(image)
                write_atomically(marker, "\n".join(done).encode())

    def _missing_runtime(self, number: int) -> str:
        settled = "containerd" not in unsettled_parts(self._folder, number)
        ready = settled and self._socket(number)
        return "" if ready else f"the container runtime of {node_name(number)}"

    def _socket(self, number: int) -> Path | None:
        """Return the path by which the host reaches a node's container runtime, None if not up."""
        process = self._keeper.process(node_name(number))
        for child in children(process.pid) if process else []:
            socket = Path(f"/proc/{child}/root{SOCKET}")
            if socket.exists():
                return socket
        return None

    def _import(self, image: str, number: int) -> None:
        program = self._record.binaries["ctr"]
        command = [
            program,
            "--address",
            str(self._socket(number)),
            "-n",
            "k8s.io",
            "images",
            "import",
            image,
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
                f"{node_name(number)} cannot import the image {image}: {reason}",
                next_step=f"see {self._folder.node(number)}/logs/containerd.log",
            )

    def _join_nodes(self, images: Sequence[Future[None]]) -> None:
        with self._stages.stage(f"{len(images)} nodes", usual=8) as tell:
            for number, future in zip(self._numbers, images, strict=True):
                future.result()
                self._tell_node(number, joined=True)
            wanted = {node_name(number) for number in self._numbers}
            _wait(lambda: self._missing_nodes(wanted, tell), _NODE_SECONDS, self._node_hint())

    def _missing_nodes(self, wanted: set[str], tell: Callable[[str], None]) -> str:
        for number in self._numbers:
            if late := unsettled_parts(self._folder, number):
                return f"{', '.join(late)} of {node_name(number)} to run as told"
        missing = wanted - self._platform.ready_nodes()
        tell(f"{len(wanted) - len(missing)} of {len(wanted)} ready")
        return f"the nodes {', '.join(sorted(missing))} to become ready" if missing else ""

    def _missing_parts(self) -> str:
        unsettled = self._keeper.unsettled()
        return f"{', '.join(unsettled)} to run as told" if unsettled else ""

    def _node_hint(self) -> str:
        return f"see {self._folder.path}/nodes/*/logs/kubelet.log"

    def _install(self) -> None:
        for component in components.wanted(self._config):
            component.install(self._platform)

    def _await_components(self) -> None:
        for component in components.wanted(self._config):
            with self._stages.stage(component.title) as tell:
                _wait(
                    partial(self._missing_in, component, tell),
                    _COMPONENT_SECONDS,
                    f"see its pods with kubectl, KUBECONFIG={self._folder.kubeconfig}",
                )

    def _missing_in(self, component: components.Component, tell: Callable[[str], None]) -> str:
        what = component.waiting_for(self._platform)
        tell(what)
        return what


def _wait(missing: Callable[[], str], seconds: float, next_step: str) -> None:
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
