"""Text from clusters, made fit for reports.

Facts are redacted when they are written; what is shown is looked at once more here, because a
report is what gets published.
"""

from __future__ import annotations

from plimsoll.text import printable

__all__ = ["printable", "seconds", "shortened"]


def shortened(text: str, limit: int) -> str:
    """Return `text`, cut at `limit` characters with a word on how much is missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\N{HORIZONTAL ELLIPSIS} ({len(text) - limit} more characters)"


def seconds(value: float) -> str:
    """Return a duration for people: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
