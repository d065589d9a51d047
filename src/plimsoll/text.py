"""Text from elsewhere, made fit for a page, an XML file and a terminal.

Clusters and submissions write what they like; nothing of it may move a cursor, break a page or
repeat a secret.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePath

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


def path_text(path: PurePath) -> str:
    """Return a path as text, with slashes; bytes of a name that are not UTF-8 are replaced."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")
