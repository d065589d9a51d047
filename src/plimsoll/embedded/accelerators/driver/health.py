"""Which devices are unhealthy, as a file of the node says, and who has to hear of a change.

A test or a person writes device names into the file `unhealthy` of the node's data folder; the
driver looks once a second, and waiting streams and publishers are woken.
"""

from __future__ import annotations

import threading
from pathlib import Path


class Health:
    """The set of unhealthy device names, safe for several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._changed = threading.Condition()
        self._unhealthy = _read(file)
        self._closed = False

    @property
    def closed(self) -> bool:
        """Tell whether the driver is ending, so that nobody waits any more."""
        return self._closed

    def close(self) -> None:
        """Wake everyone who waits, for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def unhealthy(self) -> frozenset[str]:
        """Return the names of the unhealthy devices as of the last look."""
        return self._unhealthy

    def refresh(self) -> bool:
        """Look at the file; wake everyone who waits if it says something new, and tell so."""
        found = _read(self._file)
        with self._changed:
            if found == self._unhealthy:
                return False
            self._unhealthy = found
            self._changed.notify_all()
        return True

    def wait_for_change(self, known: frozenset[str], timeout: float) -> frozenset[str]:
        """Return the unhealthy names once they differ from `known`, or after `timeout` seconds.

        Returns at once when closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._unhealthy != known, timeout)
            return self._unhealthy


def _read(file: Path) -> frozenset[str]:
    try:
        return frozenset(file.read_text().split())
    except FileNotFoundError:
        return frozenset()
