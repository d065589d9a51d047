"""The pool: makes and removes nodes while the platform runs, inside the supervisor.

Every call may be repeated. What is begun stands in the ledger first, so that a supervisor that
takes over finishes it; what `remove` has answered for is gone from the machine.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path

import msgspec

from plimsoll.embedded.config import MAX_NODES
from plimsoll.embedded.keeper import Keeper
from plimsoll.embedded.namespace_node import BringUpError, NamespaceNode
from plimsoll.embedded.node_spec import Membership, node_name
from plimsoll.embedded.pki import Pki, make_node_pki
from plimsoll.embedded.platform import Platform
from plimsoll.embedded.pool.ledger import Ledger, PoolNode
from plimsoll.embedded.pool.machine_types import MachineType, machine_types
from plimsoll.embedded.state import Folder
from plimsoll.embedded.teardown import remove_loops
from plimsoll.errors import PlimsollError

MOST = 2
"""How many nodes the pool has at most."""
GROUP = "pool"
UNREGISTERED = {"key": "karpenter.sh/unregistered", "effect": "NoExecute"}
"""The taint that keeps pods off a node until the autoscaler has seen it."""
_IMAGES = ("pause-", "accelerators-", "busybox-", "python-")
"""What pods that tolerate the pool's taint are made from; nothing else runs there."""
_GONE_SECONDS = 15
_RETRY_SECONDS = 2


class PoolFullError(PlimsollError):
    """There is no room for another node."""


class UnknownNodeError(PlimsollError):
    """The pool has no such node."""


class Pool:
    """The nodes of one platform that an autoscaler asks for."""

    def __init__(self, folder: Folder, keeper: Keeper) -> None:
        self._folder = folder
        self._keeper = keeper
        self._ledger = Ledger(folder)
        self._platform: Platform | None = None
        self._lock = threading.RLock()
        self._removing = threading.Lock()
        self._joining: dict[int, tuple[NamespaceNode, threading.Thread]] = {}

    def reclaim(self, platform: Platform) -> None:
        """Take over the nodes that an earlier supervisor left running, before others stop them."""
        running = {status.name for status in self._keeper.statuses()}
        with self._lock:
            nodes = [self._made(platform, node) for node in self._ledger.read()]
            self._keeper.want([n.part() for n in nodes if n.name in running], group=GROUP)

    def follow(self, platform: Platform) -> None:
        """Make every node that the ledger names follow the platform as it is now."""
        with self._lock:
            self._platform = platform
            for node in self._ledger.read():
                if not node.leaving:
                    self._start(platform, node)
            leaving = [node for node in self._ledger.read() if node.leaving]
        for node in leaving:
            self._finish_removing(platform, node)

    def clear(self) -> None:
        """Remove every node."""
        for node in self._ledger.read():
            self.remove(node.provider_id)

    def machine_types(self) -> list[MachineType]:
        """Return what nodes of the pool have."""
        return machine_types(self._following().config)

    def nodes(self) -> tuple[PoolNode, ...]:
        """Return the nodes that are there, also those on their way in or out."""
        return self._ledger.read()

    def create(self, claim: str, kind: str, labels: dict[str, str]) -> PoolNode:
        """Return the node of that claim, begun now if there is none.

        Raises PoolFullError, and PlimsollError for a type that there is not.
        """
        with self._lock:
            platform = self._following()
            if kind not in {known.name for known in machine_types(platform.config)}:
                raise PlimsollError(f"there is no type of node named {kind!r}")
            nodes = self._ledger.read()
            for node in nodes:
                if node.claim == claim:
                    return node
            number = self._free_number(platform, nodes)
            node = PoolNode(
                number=number,
                claim=claim,
                provider_id=f"plimsoll://{platform.name}/{node_name(number)}/{claim}",
                type=kind,
                labels=labels,
            )
            self._ledger.put(node)
            self._start(platform, node)
            return node

    def remove(self, provider_id: str) -> PoolNode:
        """Remove a node and return when nothing of it is left. Raises UnknownNodeError."""
        with self._lock:
            platform = self._following()
            found = [node for node in self._ledger.read() if node.provider_id == provider_id]
            if not found:
                raise UnknownNodeError(f"the pool has no node {provider_id!r}")
            node = msgspec.structs.replace(found[0], leaving=True)
            self._ledger.put(node)
        self._finish_removing(platform, node)
        return node

    def _following(self) -> Platform:
        if self._platform is None:
            raise PlimsollError("the pool is not open yet", next_step="ask again in a second")
        return self._platform

    @staticmethod
    def _free_number(platform: Platform, nodes: tuple[PoolNode, ...]) -> int:
        first: int = platform.config.nodes + 1
        free = {*range(first, min(first + MOST, MAX_NODES + 1))} - {node.number for node in nodes}
        if not free:
            raise PoolFullError(f"all {len(nodes)} nodes of the pool are in use")
        return int(min(free))

    def _made(self, platform: Platform, node: PoolNode) -> NamespaceNode:
        membership = Membership(
            provider_id=node.provider_id, labels=node.labels, taints=(UNREGISTERED,)
        )
        return NamespaceNode(
            self._folder,
            platform.record,
            platform.config,
            self._keeper,
            number=node.number,
            membership=membership,
        )

    def _start(self, platform: Platform, node: PoolNode) -> None:
        """Let a node's process run and, beside it, become a member; what it has done stays done."""
        make_node_pki(Pki(self._folder.pki), platform.addresses, node.number)
        made = self._made(platform, node)
        made.prepare()
        self._want(platform)
        if node.number not in self._joining:
            thread = threading.Thread(target=_bring, args=(made, _images(platform)), daemon=True)
            self._joining[node.number] = (made, thread)
            thread.start()

    def _want(self, platform: Platform) -> None:
        staying = [node for node in self._ledger.read() if not node.leaving]
        self._keeper.want([self._made(platform, node).part() for node in staying], group=GROUP)

    def _finish_removing(self, platform: Platform, node: PoolNode) -> None:
        """Remove what there is of a node, unless another call was faster."""
        with self._removing:
            if node in self._ledger.read():
                self._remove_all_of(platform, node)

    def _remove_all_of(self, platform: Platform, node: PoolNode) -> None:
        name = node_name(node.number)
        with self._lock:
            self._want(platform)
            made, thread = self._joining.get(node.number, (None, None))
        deadline = time.monotonic() + _GONE_SECONDS
        while name in {status.name for status in self._keeper.statuses()}:
            platform.record.cgroup.kill(name)
            _before(deadline, f"the processes of {name} do not end")
            time.sleep(0.02)
        if made and thread:
            made.abandon()
            thread.join(_GONE_SECONDS)
        platform.record.cgroup.remove(name)
        _remove_devices(platform, node.number, deadline)
        for folder in (self._folder.node(node.number), _data(platform, name)):
            if folder.exists():
                shutil.rmtree(folder)
        with self._lock:
            self._joining.pop(node.number, None)
            self._ledger.strike(node.number)


def _images(platform: Platform) -> list[str]:
    return [path for path in platform.record.images if Path(path).name.startswith(_IMAGES)]


def _bring(node: NamespaceNode, images: list[str]) -> None:
    """Fill a node with images and let it join, again and again until that is done."""
    told = ""
    while True:
        try:
            node.fill(images)
            node.join()
        except (PlimsollError, OSError) as error:
            if node.abandoned:
                return
            if str(error) != told:
                told = str(error)
                print(f"{node.name} does not join yet: {told}", file=sys.stderr, flush=True)
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _remove_devices(platform: Platform, number: int, deadline: float) -> None:
    first = platform.addresses.first_loop(number)
    while True:
        try:
            remove_loops(range(first, first + 100))
        except OSError as error:  # the kernel is still taking the node's mounts apart
            _before(deadline, f"the accelerators of {node_name(number)} are in use: {error}")
            time.sleep(0.05)
        else:
            return


def _data(platform: Platform, name: str) -> Path:
    return platform.folder.path / "accelerators" / name


def _before(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise BringUpError(
            what, next_step="see the processes of the platform with: plimsoll status"
        )
