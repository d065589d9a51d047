"""Brings a platform to what its configuration says: the steps, their order, and what runs at once.

Every step looks first and does only what is missing, so the same code starts a platform, revives
one, adds a component to one, and makes it follow a fault or its removal. Nodes and their images are
prepared while the control plane starts; a node joins once both are there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from plimsoll.embedded import components, faults
from plimsoll.embedded.config import MAX_NODES
from plimsoll.embedded.control_plane import API_SERVER, STORE, ControlPlane, api_answers
from plimsoll.embedded.keeper import Keeper
from plimsoll.embedded.namespace_node import NODE_SECONDS, NamespaceNode, await_nothing_missing
from plimsoll.embedded.network import set_up_host
from plimsoll.embedded.pki import Pki, make_cluster_pki
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.pool.launcher import Launcher
from plimsoll.embedded.progress import Stages

_API_SECONDS = 180
_ANSWER_SECONDS = 20
_COMPONENT_SECONDS = 240


class BringUp:
    """One attempt to make a platform follow its record."""

    def __init__(
        self, platform: Platform, keeper: Keeper, launcher: Launcher, stages: Stages
    ) -> None:
        self._platform = platform
        self._folder = platform.folder
        self._record = platform.record
        self._config = platform.config
        self._keeper = keeper
        self._launcher = launcher
        self._stages = stages
        self._control = ControlPlane(self._folder, self._record, self._config)
        self._nodes = [
            NamespaceNode(self._folder, self._record, self._config, keeper, number=number)
            for number in range(1, self._config.nodes + 1)
        ]

    def run(self) -> None:
        """Do every step; raise PlimsollError naming the one that failed."""
        with self._stages.stage("keys and network", usual=0.5):
            make_cluster_pki(Pki(self._folder.pki), self._record.addresses, self._config.nodes)
            self._control.write_files()
            set_up_host(self._record.addresses, MAX_NODES)
            for node in self._nodes:
                node.prepare()
        first = [*self._control.store_and_api(), *(node.part() for node in self._nodes)]
        running = {status.name for status in self._keeper.statuses()}
        followers = [part for part in self._control.followers() if part.name in running]
        self._keeper.want([*first, *followers])
        self._launcher.follow(self._platform)
        with ThreadPoolExecutor(max_workers=self._config.nodes + 1) as threads:
            images = [threads.submit(node.fill, self._record.images) for node in self._nodes]
            self._start_api()
            self._keeper.want([*first, *self._control.followers()])
            installed = threads.submit(self._install)
            self._join_nodes(images)
            installed.result()
        await_nothing_missing(
            self._missing_parts, _API_SECONDS, f"see the logs in {self._folder.logs}"
        )
        self._await_components()
        for name in self._record.config.faults:
            faults.get(name).apply(self._platform)

    def _start_api(self) -> None:
        with self._stages.stage("control plane", usual=4):
            await_nothing_missing(
                self._missing_api, _API_SECONDS, f"see the logs in {self._folder.logs}"
            )

    def _missing_api(self) -> str:
        unsettled = set(self._keeper.unsettled()) & {STORE, API_SERVER}
        if not unsettled and api_answers(self._folder, self._record, seconds=_ANSWER_SECONDS):
            return ""
        return "the API to answer"

    def _join_nodes(self, images: Sequence[Future[None]]) -> None:
        with self._stages.stage(f"{len(images)} nodes", usual=8) as tell:
            for node, future in zip(self._nodes, images, strict=True):
                future.result()
                node.join()
            await_nothing_missing(
                lambda: self._missing_nodes(tell), NODE_SECONDS, self._node_hint()
            )

    def _missing_nodes(self, tell: Callable[[str], None]) -> str:
        for node in self._nodes:
            if late := node.late():
                return late
        wanted = {node.name for node in self._nodes}
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
                await_nothing_missing(
                    partial(self._missing_in, component, tell),
                    _COMPONENT_SECONDS,
                    f"see its pods with kubectl, KUBECONFIG={self._folder.kubeconfig}",
                )

    def _missing_in(self, component: components.Component, tell: Callable[[str], None]) -> str:
        what = component.waiting_for(self._platform)
        tell(what)
        return what
