"""Where the official validator looks for a file (pure).

It joins names as its own language does, decodes nothing, and from v1.37 on refuses what leads out
of the submission's folder.
"""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

LOAD = "Error loading product"
"""What it says to a file that it cannot read as a checklist."""

_ESCAPES = "it escapes the product directory"
_PREFIX = re.compile(r"v\d+\.\d+/[^/]+/")


class OfficialPath(Struct, frozen=True, kw_only=True):
    """Where the official validator looks for a local evidence entry."""

    path: str = ""
    """Relative to the submission's folder."""
    refused: str = ""
    """Why it does not look at all; before v1.37, why Plimsoll does not."""


def where(text: str, home: str, *, hybrid: bool) -> OfficialPath:
    """Return where `text` leads from the folder `home`, for example `v1.36/harbour`.

    `hybrid`: as from v1.37 on.
    """
    if not hybrid:
        return _inside(home, text)
    raw = text.strip().removeprefix("file://").partition("#")[0].strip().removeprefix("/")
    if not raw:
        return OfficialPath(refused="empty file path")
    if raw.startswith(f"{home}/"):
        raw = raw.removeprefix(f"{home}/")
    elif _PREFIX.match(raw):
        return OfficialPath(refused="it references a different product directory")
    found = _inside(home, raw)
    return found if found.path != "." else OfficialPath(refused=_ESCAPES)


def _inside(home: str, text: str) -> OfficialPath:
    """Return `text` joined to the folder as Go's filepath.Join does it."""
    root = f"/{home}"
    path = posixpath.relpath(posixpath.normpath(f"{root}/{text}"), root)
    if path == ".." or path.startswith("../"):
        return OfficialPath(refused=_ESCAPES)
    return OfficialPath(path=path)
