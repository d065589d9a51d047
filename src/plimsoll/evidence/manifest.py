"""What stands in `manifest.json` and `verdicts.json`, and how it follows from facts and files.

The manifest names every file of the run folder with its hash, and all versions and settings that
the verdicts depend on. Hashes show damage, not authorship: whoever can write the folder can write
a new manifest, but not verdicts that its facts do not give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll import __version__
from plimsoll.evidence.store import RunFolder, sha256
from plimsoll.record import Judgement, Record, exit_code
from plimsoll.record.facts import Discovered

FORMAT = 1

_JUDGING = ("evidence", "record", "standard", "checks", "pages.css", "pages.py", "text.py")
"""Packages and modules that verdicts and reports come from."""


class FileEntry(Struct, frozen=True, kw_only=True):
    """One file of the run folder as it was when the manifest was written."""

    sha256: str
    bytes: int


class Tool(Struct, frozen=True, kw_only=True):
    """What wrote the generated files."""

    version: str
    code: str
    """A hash over the code that judges and reports: where it is equal, so are generated files."""


class Manifest(Struct, frozen=True, kw_only=True):
    """The content of `manifest.json`."""

    format: int
    run: str
    started: str
    ended: str
    tool: Tool
    tool_that_checked: str
    """The version that observed; `tool` is the one that last judged and wrote the reports."""
    standard: str
    strict: bool
    profile: str
    timeout_factor: float
    requirements: list[str]
    judges: dict[str, int]
    cluster_version: str
    options: dict[str, Any]
    discovered: dict[str, Any]
    """What discovery found of the whole cluster: platform, product, kube-system UID (pseudonym)."""
    files: dict[str, FileEntry]


class Verdicts(Struct, frozen=True, kw_only=True):
    """The content of `verdicts.json`."""

    format: int
    run: str
    standard: str
    strict: bool
    exit_code: int
    verdicts: list[Judgement]
    earlier: list[Judgement] = []
    """Judgements by older judges that came to something else, oldest first."""


def moment(seconds: float) -> str:
    """Return a time of facts as ISO 8601 in UTC, to the millisecond."""
    text = datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def build_verdicts(
    record: Record, judgements: Sequence[Judgement], earlier: Sequence[Judgement] = ()
) -> Verdicts:
    """Return what `verdicts.json` says of these judgements."""
    return Verdicts(
        format=FORMAT,
        run=record.run.run,
        standard=record.run.standard,
        strict=record.run.strict,
        exit_code=exit_code(judgements, strict=record.run.strict),
        verdicts=list(judgements),
        earlier=list(earlier),
    )


def build_manifest(folder: RunFolder, record: Record, judgements: Sequence[Judgement]) -> Manifest:
    """Return the manifest of the folder as it is now; the files must all be written."""
    run = record.run
    return Manifest(
        format=FORMAT,
        run=run.run,
        started=moment(run.time),
        ended=moment(record.facts[-1].time),
        tool=Tool(version=__version__, code=code_digest()),
        tool_that_checked=run.tool_version,
        standard=run.standard,
        strict=run.strict,
        profile=run.profile,
        timeout_factor=run.timeout_factor,
        requirements=list(record.requirements()),
        judges={judgement.requirement: judgement.judge_version for judgement in judgements},
        cluster_version=run.cluster_version,
        options=run.options,
        discovered={fact.subject: fact.found for fact in record.of(Discovered, requirement="")},
        files=entries(folder),
    )


def entries(folder: RunFolder) -> dict[str, FileEntry]:
    """Return the hash and size of every file of the folder but the manifest."""
    return {
        name: FileEntry(sha256=sha256(path), bytes=path.stat().st_size)
        for name, path in folder.files().items()
    }


def encode(struct: Struct) -> bytes:
    """Return a struct as indented JSON, the same bytes for the same content."""
    text = msgspec.json.encode(struct, order="deterministic")
    return msgspec.json.format(text, indent=2) + b"\n"


@cache
def code_digest() -> str:
    """Return a hash over the source of all that judging and reporting depend on."""
    digest = hashlib.sha256()
    for part in _JUDGING:
        for name, source in sorted(_sources(files("plimsoll") / part, part)):
            digest.update(f"{name} {len(source)}\n".encode())
            digest.update(source)
    return digest.hexdigest()


def _sources(entry: Traversable, name: str) -> list[tuple[str, bytes]]:
    if entry.is_file():
        return [] if name.endswith(".pyc") else [(name, entry.read_bytes())]
    if entry.name == "__pycache__":
        return []
    return [
        source for inner in entry.iterdir() for source in _sources(inner, f"{name}/{inner.name}")
    ]
