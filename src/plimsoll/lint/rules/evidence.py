"""Evidence in the submission's folder: that it is there, can be read and holds something."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, Entry
from plimsoll.lint.rule import Check, Hit, Source, about, rule
from plimsoll.lint.rules.values import is_web_address
from plimsoll.submission import Severity, hosted
from plimsoll.submission.tree import Sequence

_MOST_COMPARED = 200
"""Entries up to which a missing name is compared with those that are there; comparing costs."""

_MOST_SPACES = 4096
"""Bytes up to which a file is looked through for anything but spaces."""

_REFUSED = "evidence is read from the submission's folder and from nowhere else"


@rule(
    "evidence-missing",
    title="Local evidence is there",
    why="a link to a file that was not added shows nothing",
    fix="add the file to the submission's folder, or correct the name",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        if entry.reference.is_url or not entry.path or _anchored_name(context, entry):
            continue
        if not isinstance(entry.cell.node.get("evidence"), Sequence):
            continue  # `shape` says that already, and no file was meant to be listed
        why = _unfound(context, entry)
        if entry.reference.leaves_folder or (context.look(entry.path).exists and not why):
            continue
        yield about(
            entry,
            _absence(context, entry),
            fix=_suggestion(context, entry),
            official=_refusal(context, entry, why),
        )


def _unfound(context: Context, entry: Entry) -> str:
    """Return why the official validator does not find a file; empty where that is not known."""
    official = context.official_path(entry.scalar.value)
    if official.refused:
        return official.refused if context.hybrid else ""
    return "" if context.look(official.path).exists else "not found"


def _refusal(context: Context, entry: Entry, why: str) -> str:
    """Return what the official validator says to a file that it does not find."""
    looks = why and context.counts(entry.cell)
    return f"Invalid evidence file for '{entry.cell.id}': {why}" if looks else ""


def _absence(context: Context, entry: Entry) -> str:
    if context.look(entry.path).exists:
        return f"{entry.path} is there, but is not found under the name as written"
    return f"{entry.path} is not in the submission's folder"


def _suggestion(context: Context, entry: Entry) -> str:
    """Return which file may have been meant; empty for no idea."""
    if re.fullmatch(r"n/?a|none|-|tbd", entry.path, re.IGNORECASE):
        return "leave the list empty, `evidence: []`, where there is none"
    if re.match(r"(www\.|[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|org|io|net|dev)/)", entry.path):
        return "write https:// before a web address"
    words = (posixpath.basename(word).lower() for word in entry.path.split(" ")[:20])
    found = next((context.names[word] for word in words if word in context.names), None)
    if found is not None:
        return f"write the file's name alone, {found}"
    if len(context.entries) > _MOST_COMPARED:
        return ""
    near = get_close_matches(posixpath.basename(entry.path).lower(), context.names, n=1)
    return f"did you mean {context.names[near[0]]}?" if near else ""


@rule(
    "evidence-anchor-unsupported",
    title="Local evidence has no anchor before v1.37",
    why="the validator of these versions takes the anchor for a part of the file's name and "
    "does not find it",
    fix="name the file alone, and the place in the notes",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        if _anchored_name(context, entry):
            yield about(
                entry,
                f"{entry.path} is there; a file named `{entry.scalar.value}` is looked for",
                official=_refusal(context, entry, "not found"),
            )


def _anchored_name(context: Context, entry: Entry) -> bool:
    """Whether the file is there, and an anchor or `file://` hides it from the validator."""
    text = entry.scalar.value
    decorated = "#" in text or text.startswith("file://")
    if context.hybrid or entry.reference.is_url or not entry.path or not decorated:
        return False
    official = context.official_path(text)
    hidden = official.refused or not context.look(official.path).exists
    return context.look(entry.path).exists and bool(hidden)


@rule(
    "evidence-outside",
    title="Evidence lies in the submission's folder",
    why=_REFUSED,
    fix="put a copy into the submission's folder and name that",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        reference = entry.reference
        if reference.is_url or not reference.leaves_folder:
            continue
        what = "is a path on one machine" if reference.absolute else "leads out of the folder"
        yield about(
            entry,
            f"{reference.path} {what}",
            official=_refusal(context, entry, _unfound(context, entry)),
        )


def _refused(identifier: str) -> Check:
    """Return the check for evidence that lies there and is not opened, for one reason."""

    def check(context: Context) -> Iterator[Hit]:
        for entry in context.entries:
            found = context.look(entry.path)
            if found.refused == identifier:
                yield about(entry, f"{entry.path} is not read: {found.why}")

    return check


rule(
    "evidence-link",
    title="Evidence is a file, not a symbolic link",
    why=f"a link may lead anywhere, and {_REFUSED}",
    fix="put a copy of the file in its place",
    severity=Severity.ERROR,
)(_refused("evidence-link"))

rule(
    "evidence-special",
    title="Evidence is a regular file",
    why="a pipe or a device holds nothing that stays",
    fix="put what it gives into a file",
    severity=Severity.ERROR,
)(_refused("evidence-special"))

rule(
    "evidence-unreadable",
    title="Evidence can be read",
    why="what cannot be read shows nothing",
    fix="correct the name, or the file's rights",
    severity=Severity.ERROR,
)(_refused("evidence-unreadable"))

rule(
    "evidence-too-large",
    title="Evidence is small enough to be read",
    why="nobody finds the claim in it, and neither this linter nor the audit reads it",
    fix="add the part that shows the claim as a file of its own",
)(_refused("evidence-too-large"))


@rule(
    "evidence-empty",
    title="Evidence files hold something",
    why="an empty file shows nothing, and the validator does not look inside",
    fix="add what was meant to be in it",
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        found = context.look(entry.path)
        small = found.readable and found.size <= _MOST_SPACES
        data = context.read(entry.path) if small else None
        if data is not None and not data.strip():
            yield about(entry, f"{entry.path} is empty")


@rule(
    "evidence-folder",
    title="Evidence names a file, not a folder",
    why="a folder does not say which of its files shows the claim",
    fix="name the file",
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        if context.look(entry.path).folder:
            yield about(entry, f"{entry.path} is a folder")


@rule(
    "evidence-hosted-missing",
    title="A link to the submission's own folder names a file that is there",
    why="after the merge the link leads to nothing",
    fix="add the file, or correct the link",
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        if entry.reference.is_url and entry.path and not context.look(entry.path).exists:
            where = hosted(entry.reference)
            yield about(
                entry,
                f"{entry.path} is not in the submission's folder",
                fix=_suggestion(context, entry),
                quote=where.path if where else entry.scalar.value,
            )


@rule(
    "evidence-url-malformed",
    title="Links to evidence are web addresses",
    why="the link leads nowhere, and the validator takes what does not start with http:// or "
    "https:// for a file",
    fix="write the address as a browser shows it",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for entry in context.entries:
        text = entry.scalar.value.strip()
        if not entry.reference.is_url:
            continue
        scheme = text.partition("://")[0]
        lower = scheme.lower() + text[len(scheme) :]
        if scheme != scheme.lower():
            yield about(
                entry,
                f"{scheme}:// is not written in small letters",
                official=_refusal(context, entry, "not found"),
                edits=scalars.rewrite(entry.scalar, lower),
            )
        elif not is_web_address(text):
            yield about(entry, "this is not a web address")
