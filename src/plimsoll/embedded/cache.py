"""Where things live that can be made again: built binaries, images, generated code.

Everything under the cache is named by a hash of what it was made from and appears by a rename, so a
reader never sees half of it and nobody has to decide whether it is still current.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from plimsoll.errors import PlimsollError


class CacheError(PlimsollError):
    """The cache folder cannot be written."""


def cache_folder() -> Path:
    """Return this user's cache: $PLIMSOLL_CACHE, $XDG_CACHE_HOME/plimsoll or ~/.cache/plimsoll."""
    if chosen := os.environ.get("PLIMSOLL_CACHE"):
        return Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "plimsoll"
    return Path.home() / ".cache" / "plimsoll"


def fingerprint(parts: Iterable[str]) -> str:
    """Return 16 hex digits that change when any of `parts`, or their order, changes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def file_signature(path: Path) -> str:
    """Return a text that changes when the file is replaced or edited; its content is not read."""
    status = path.stat()
    return f"{path}:{status.st_size}:{status.st_mtime_ns}"


def cached(name: str, make: Callable[[Path], object]) -> Path:
    """Return the path `name` below the cache, calling `make(temporary path)` if it is not there.

    `name` must hold the fingerprint of everything that `make` reads. `make` creates a file or a
    folder at the path that it is given. Raises CacheError where the cache cannot be written.
    """
    target = cache_folder() / name
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as folder:
            made = Path(folder) / target.name
            make(made)
            try:
                made.rename(target)
            except OSError:
                if not target.exists():  # else another process was faster, with the same result
                    raise
    except OSError as error:
        raise CacheError(
            f"cannot write {target.name} into the cache {cache_folder()}: {error}",
            next_step="free space there, or set PLIMSOLL_CACHE to a folder that can be written",
        ) from error
    return target
