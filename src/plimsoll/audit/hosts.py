"""What a web address points at, by its host and path alone: nothing is fetched (pure)."""

from __future__ import annotations

import re

from plimsoll.audit.model import Kind
from plimsoll.submission.reference import Reference, hosted, split

_CODE_HOSTS = {
    "github.com",
    "raw.githubusercontent.com",
    "gist.github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "gitee.com",
}
_RUN_HOSTS = {"prow.k8s.io", "gcsweb.k8s.io", "storage.googleapis.com", "testgrid.k8s.io"}
_RUN_PATH = re.compile(r"/actions/runs/\d|/-/(?:jobs|pipelines)/\d|/builds?/\d")
_RESULTS = re.compile(
    r"(?:^|/)(?:junit[^/]*\.xml|results?\.jsonl?|[^/]*\.log|e2e[^/]*\.txt)$", re.IGNORECASE
)
_SCRIPTS = frozenset(
    (
        *(".yaml", ".yml", ".json", ".jsonnet", ".toml", ".tf", ".tpl", ".mk"),
        *(".sh", ".bash", ".ps1", ".py", ".go", ".rb", ".js", ".ts", ".rs"),
    )
)
_PROSE = frozenset([".md", ".markdown", ".rst", ".adoc", ".txt"])
_DISCUSSION = re.compile(r"^/[^/]+/[^/]+/(?:issues|pull|discussions|merge_requests)/")

_UNREAD = "not in the submission, not read"


def read(reference: Reference) -> tuple[Kind, str]:
    """Return what a web address is evidence of, and what shows it."""
    path = split(reference.url).path
    host = reference.host.removeprefix("www.")
    if not host:
        return Kind.NOTHING, "a web address that names no host"
    if host in _RUN_HOSTS or (host in _CODE_HOSTS and _RUN_PATH.search(path)):
        return Kind.RUN, f"a run on {host}: {_UNREAD}"
    if host in _CODE_HOSTS or host.startswith("gitlab."):
        return _in_repository(reference, host, path)
    if _RESULTS.search(path):
        return Kind.RUN, f"a log or test results on {host}: {_UNREAD}"
    if reference.suffix in _SCRIPTS - {".js", ".ts", ".json"}:
        return Kind.MANIFEST, f"a manifest or script on {host}: {_UNREAD}"
    what = "a PDF document" if reference.suffix == ".pdf" else "a page"
    return Kind.DOCUMENTATION, f"{what} on {host}"


def _in_repository(reference: Reference, host: str, path: str) -> tuple[Kind, str]:
    if host == "gist.github.com":
        return Kind.DOCUMENTATION, f"a gist: {_UNREAD}"
    where = hosted(reference)
    name = where.repository if where else "/".join(path.strip("/").split("/")[:2]) or host
    kind, what = _in_path(reference, where.path if where else path, path)
    return kind, f"{what} {name}: {_UNREAD}" if what != "a page of" else f"{what} {name}"


def _in_path(reference: Reference, inner: str, path: str) -> tuple[Kind, str]:
    """Return what a path in a repository names, ending in "in" or "of"."""
    if _DISCUSSION.search(path):
        return Kind.PROSE, "a discussion in"
    if _RESULTS.search(inner):
        return Kind.RUN, "a log or test results in"
    if reference.suffix in _SCRIPTS:
        return Kind.MANIFEST, "a manifest or script in"
    if reference.suffix in _PROSE:
        return Kind.DOCUMENTATION, "a text in"
    if "/tree/" in path:
        return Kind.MANIFEST, "a folder in"
    return Kind.DOCUMENTATION, "a page of"
