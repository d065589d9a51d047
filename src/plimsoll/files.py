"""Writing a file so that whoever reads it sees the old one or the whole new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int = 0o644, lasting: bool = False) -> None:
    """Put a file with `content` and `mode` in the place of the one at `path`, if there is one.

    `lasting`: it is on the disk before this returns. Raises OSError; then the old file is as it
    was, and nothing lies beside it.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
