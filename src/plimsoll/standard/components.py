"""What a requirement needs on the embedded platform beyond its core, by the words of `--with`."""

from __future__ import annotations

EMBEDDED_COMPONENTS: dict[str, tuple[str, ...]] = {
    "gang_scheduling": ("gang",),
}
"""By requirement; a requirement that is not listed needs the core alone."""
