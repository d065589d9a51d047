"""Which nodes the pool has: written before a node is made, struck out when nothing is left of it.

So a supervisor that takes over from a dead one knows what to finish, and others (`status`) can see.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from plimsoll.embedded.state import Folder, StateError, write_atomically

_FILE = "pool.json"


class PoolNode(msgspec.Struct, frozen=True, kw_only=True):
    """One node that an autoscaler asked for."""

    number: int
    claim: str
    """What the autoscaler calls it; asking again for the same one gives the same node."""
    provider_id: str
    type: str
    """The name of its machine type."""
    labels: dict[str, str]
    leaving: bool = False
    """It is being removed."""


class Ledger:
    """The file with the pool's nodes."""

    def __init__(self, folder: Folder) -> None:
        self._path: Path = folder.path / _FILE

    def read(self) -> tuple[PoolNode, ...]:
        """Return every node, also those that are being removed. Raises StateError."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[PoolNode, ...])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError) as error:
            name = self._path.parent.name
            raise StateError(
                f"cannot read {self._path}: {error}",
                next_step=f"remove the platform with: plimsoll down --name {name}",
            ) from error

    def put(self, node: PoolNode) -> None:
        """Write a node down, in place of what stood there of the same number."""
        self._write((*self._without(node.number), node))

    def strike(self, number: int) -> None:
        """Forget a node of which nothing is left."""
        self._write(self._without(number))

    def _without(self, number: int) -> tuple[PoolNode, ...]:
        return tuple(node for node in self.read() if node.number != number)

    def _write(self, nodes: tuple[PoolNode, ...]) -> None:
        ordered = sorted(nodes, key=lambda node: node.number)
        write_atomically(self._path, msgspec.json.encode(ordered))
