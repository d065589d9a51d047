"""What the metadata say: versions, addresses, the logo, the link to the base conformance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, is_known, minor
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.standard.requirements import VERSIONS
from plimsoll.submission import Field, Severity
from plimsoll.submission.reference import split
from plimsoll.submission.tree import Scalar

CONFORMANCE = re.compile(
    r"https://github\.com/cncf/k8s-conformance/tree/(master|main)/(v[0-9]+\.[0-9]+)/[^/]+/?"
)
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)+")
_LOGOS = (".svg", ".eps", ".ai")


def texts(context: Context, *names: str) -> Iterator[tuple[Field, Scalar]]:
    """Yield the metadata entries of these names that hold words, placeholders left out."""
    for field, value in context.texts:
        worded = value.value.strip() and not value.is_null and not bracketed(value.value)
        if field.name in names and worded:
            yield field, value


def bracketed(text: str) -> bool:
    """Whether the official validator takes `text` for a placeholder."""
    return text.startswith("[") and text.endswith("]")


@rule(
    "conformance-url",
    title="`k8sConformanceUrl` is the product's page in cncf/k8s-conformance",
    why="a platform must be certified Kubernetes first, and this link shows that it is",
    fix="write https://github.com/cncf/k8s-conformance/tree/master/v1.N/PRODUCT",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for field, value in texts(context, "k8sConformanceUrl"):
        if scalars.go(value) == "text" and not CONFORMANCE.fullmatch(value.value):
            yield Hit(
                place=value.place,
                what="`k8sConformanceUrl` is not the address of a product in cncf/k8s-conformance",
                quote=value.value,
                official="Invalid k8sConformanceUrl format" if is_known(field) else "",
            )


@rule(
    "conformance-url-version",
    title="`k8sConformanceUrl` is of the same Kubernetes version",
    why="the certificate of one version says nothing about another",
    fix="link the product's page of this version",
)
def _(context: Context) -> Iterator[Hit]:
    for _field, value in texts(context, "k8sConformanceUrl"):
        found = CONFORMANCE.fullmatch(value.value)
        if found and context.version and found[2] != context.version:
            yield Hit(
                place=value.place,
                what=f"the link is of {found[2]}, this submission of {context.version}",
                quote=value.value,
            )


@rule(
    "kubernetes-version",
    title="`kubernetesVersion` is written v1.N, as in the template",
    why="the certificate is per minor version, and lists are sorted by this text",
    fix="write v1.N",
)
def _(context: Context) -> Iterator[Hit]:
    for _field, value in texts(context, "kubernetesVersion"):
        text = value.value
        if re.fullmatch(r"v1\.[0-9]+", text):
            continue
        written = context.submission.kubernetes_version
        patch = re.fullmatch(r"v?1\.[0-9]+\.[0-9].*", text)
        yield Hit(
            place=value.place,
            what=f"`{text}` is a patch release"
            if patch
            else f"`{text}` is not a version as the template has it",
            fix=f"write {written}" if written else "",
            quote=text,
            severity=Severity.NOTE if patch else None,
        )


@rule(
    "version-folder",
    title="`kubernetesVersion` is that of the folder",
    why="the folder decides which checklist is applied and what the certificate says",
    fix="correct the one that is wrong",
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    folder, written = context.submission.version, context.submission.kubernetes_version
    if folder and written and folder != written:
        for _field, value in texts(context, "kubernetesVersion"):
            yield Hit(
                place=value.place,
                what=f"the folder says {folder}, the file {written}",
                quote=value.value,
            )


@rule(
    "version-unknown",
    title="There is a checklist for the version",
    why="without one neither ids nor levels can be compared",
    fix="give the official checklist of this version with --checklist",
    source=Source.OFFICIAL,
)
def _(context: Context) -> Iterator[Hit]:
    if context.checklist.items or context.submission.tree is None:
        return
    if not context.version:
        what = "neither the file nor its folder says a Kubernetes version"
    else:
        what = f"no checklist of {context.version} is known here ({VERSIONS[0]} to {VERSIONS[-1]})"
    oldest = minor(VERSIONS[0])
    old = 0 < minor(context.submission.version) < oldest
    yield Hit(
        place=context.start,
        what=what,
        official="Schema not found" if old else "",
        severity=Severity.ERROR if old else None,
    )


@rule(
    "checklist-version",
    title="The checklist that was given is of the submission's version",
    why="ids, levels and descriptions differ between versions",
    fix="give the official checklist of this version with --checklist",
)
def _(context: Context) -> Iterator[Hit]:
    given = context.given
    if given is not None and context.version and given.version != context.version:
        yield Hit(
            place=context.start,
            what=f"{given.path} is of {given.version}, this submission of {context.version}: "
            "compared with ids and levels known here, descriptions not at all",
        )


@rule(
    "url-malformed",
    title="Addresses are web addresses",
    why="a reader cannot follow it",
    fix="write https://, the host and the path",
)
def _(context: Context) -> Iterator[Hit]:
    names = ("websiteUrl", "repoUrl", "documentationUrl", "productLogoUrl")
    for field, value in texts(context, *names):
        if not is_web_address(value.value.strip()):
            optional = field.name == "repoUrl"
            yield Hit(
                place=value.place,
                what=f"`{field.name}` is not a web address",
                fix="leave the entry out: it is optional" if optional else "",
                quote=value.value,
            )


def is_web_address(text: str) -> bool:
    """Whether `text` is an http or https address without stray characters."""
    parts = split(text)
    try:
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = not re.search(r"[\s<>\"{}|\\^`]", text)
    return plain and parts.scheme in {"http", "https"} and re.fullmatch(_HOST, host) is not None


_HOST = r"\[?[0-9a-f:.]*:[0-9a-f:.]*\]?|[^\s/@:.]+(\.[^\s/@:.]+)*\.?"


@rule(
    "email-malformed",
    title="`contactEmailAddress` is one mail address",
    why="the programme writes to it when evidence is questioned or the certificate ends",
    fix="write one address, NAME@HOST",
)
def _(context: Context) -> Iterator[Hit]:
    for _field, value in texts(context, "contactEmailAddress"):
        if not _EMAIL.fullmatch(value.value):
            yield Hit(
                place=value.place,
                what="`contactEmailAddress` is not a mail address",
                quote=value.value,
            )


@rule(
    "logo-format",
    title="The logo is SVG, EPS or AI",
    why="the list of certified platforms prints logos at any size; one state of the official "
    "validator (its pull request 133) refuses other formats",
    fix="link a vector logo, for example the one in the CNCF landscape",
)
def _(context: Context) -> Iterator[Hit]:
    for _field, value in texts(context, "productLogoUrl"):
        address = value.value.strip()
        if is_web_address(address) and not address.lower().endswith(_LOGOS):
            suffix = re.search(r"\.[A-Za-z0-9]{1,8}$", split(address).path)
            kind = suffix[0].lower() if suffix else ""
            what = f"the logo's address ends in {kind}"
            if not kind:
                what = "the logo's address does not end in a format"
            elif kind in _LOGOS:
                what = f"the logo's address goes on after {kind}"
            yield Hit(place=value.place, what=what, quote=value.value)


@rule(
    "stray-space",
    title="Values have no spaces around them",
    why="names and addresses are compared letter by letter",
    fix="remove the spaces",
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for value in _compared(context):
        trimmed = value.value.strip()
        if value.style in {"'", '"'} and trimmed and trimmed != value.value:
            yield Hit(
                place=value.place,
                what="spaces stand around the value",
                quote=value.value,
                edits=scalars.rewrite(value, trimmed),
            )


def _compared(context: Context) -> Iterator[Scalar]:
    """Yield the values that are compared letter by letter."""
    yield from (text for _field, text in context.texts)
    for cell in context.submission.cells:
        identifier = cell.node.get("id")
        if isinstance(identifier, Scalar):
            yield identifier
        yield from cell.evidence
