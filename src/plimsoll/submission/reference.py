"""What an evidence entry points at: a page elsewhere, or a file beside the PRODUCT.yaml (pure)."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

OFFICIAL_REPOSITORY = "cncf/k8s-ai-conformance"
"""Where certified platforms are listed; links into it name files that lie in its checkout."""

_BLOB = re.compile(r"/(?P<repo>[^/]+/[^/]+)/(?:blob|raw|tree)/[^/]+/(?P<path>.+)")
_RAW = re.compile(r"/(?P<repo>[^/]+/[^/]+)/(?:refs/heads/)?[^/]+/(?P<path>.+)")


class Reference(Struct, frozen=True, kw_only=True):
    """One evidence entry, taken apart."""

    url: str = ""
    """For http and https: without the anchor."""
    path: str = ""
    """For a file: normalised, relative to the PRODUCT.yaml's folder, with slashes; it may start
    with `..` and may not exist."""
    anchor: str = ""
    """After `#`, without it."""
    absolute: bool = False
    """A path from the root of a file system, or of a drive: of no use to anybody else."""

    @property
    def is_url(self) -> bool:
        """Whether it is a web address."""
        return bool(self.url)

    @property
    def host(self) -> str:
        """Return the host of a web address, lower case; empty without one."""
        return split(self.url).hostname or ""

    @property
    def leaves_folder(self) -> bool:
        """Whether the path leads out of the submission's folder."""
        return self.absolute or self.path == ".." or self.path.startswith("../")

    @property
    def suffix(self) -> str:
        """Return the ending of the file's or page's name, lower case, with its dot."""
        name = split(self.url).path if self.url else self.path
        return posixpath.splitext(name)[1].lower()


class Hosted(Struct, frozen=True, kw_only=True):
    """A file in a repository on a code host, as a web address names it."""

    repository: str
    """`owner/name`."""
    path: str


def split(url: str) -> SplitResult:
    """Return the parts of a web address; of one that is none, only its path."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def refer(text: str) -> Reference:
    """Return what `text` points at; empty text points at nothing."""
    stripped = text.strip()
    body, _, anchor = stripped.partition("#")
    if re.match(r"https?://", stripped, re.IGNORECASE):
        return Reference(url=body, anchor=anchor)
    body = re.sub(r"^file://", "", body)
    if not body:
        return Reference(anchor=anchor)
    slashed = unquote(body).replace("\\", "/")
    absolute = slashed.startswith("/") or re.match(r"[A-Za-z]:/", slashed) is not None
    path = posixpath.normpath(slashed)
    return Reference(path=path, anchor=anchor, absolute=absolute)


def hosted(reference: Reference) -> Hosted | None:
    """Return the repository's file that a link to github.com names, or None."""
    path = split(reference.url).path
    if reference.host == "github.com":
        found = _BLOB.fullmatch(path)
    elif reference.host == "raw.githubusercontent.com":
        found = _RAW.fullmatch(path)
    else:
        return None
    if found is None:
        return None
    return Hosted(repository=found["repo"], path=unquote(found["path"]).rstrip("/"))


def beside(reference: Reference, version: str, product: str) -> str:
    """Return the path in the submission's own folder that an entry means; empty for none.

    That is a relative path, or a link to the same folder in the official repository.
    """
    if not reference.is_url:
        return "" if reference.leaves_folder else reference.path
    where = hosted(reference)
    folder = f"{version}/{product}/"
    if (
        where is None
        or where.repository.lower() != OFFICIAL_REPOSITORY
        or not (version and product)
    ):
        return ""
    return where.path.removeprefix(folder) if where.path.startswith(folder) else ""
