"""Text from clusters, made fit for a page, an XML file and a terminal.

Facts are redacted when they are written; what is shown is looked at once more here, because a
report is what gets published.
"""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]"
)
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?i:\bbearer\s+)[\w.~+/=-]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_\w{20,}",
    re.DOTALL,
)
MASK = "[secret removed]"


def printable(text: str) -> str:
    """Return `text` without control characters and without what looks like a secret."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _SECRETS.sub(MASK, text))


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
