"""A certificate for 127.0.0.1 and the name `picker`, and the authority that signed it."""

from __future__ import annotations

from pathlib import Path

from plimsoll.embedded.pki import LOOPBACK, SERVER, Pki

NAME = "picker"


def write(folder: Path) -> dict[str, Path]:
    """Make `ca`, `certificate` and `key` as PEM in a folder of their own and return the files."""
    pki = Pki(folder)
    pki.authority("ca")
    pki.issue(NAME, authority="ca", common_name=NAME, uses=[SERVER], hosts=[NAME, LOOPBACK])
    return {
        "ca": pki.certificate("ca"),
        "certificate": pki.certificate(NAME),
        "key": pki.key(NAME),
    }
