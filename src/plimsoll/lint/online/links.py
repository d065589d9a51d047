"""Which links a submission holds (pure)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from plimsoll.lint.context import Context
from plimsoll.lint.rules.values import is_web_address, texts
from plimsoll.submission import Place, refer

METADATA_LINKS = (
    "websiteUrl",
    "repoUrl",
    "documentationUrl",
    "productLogoUrl",
    "k8sConformanceUrl",
)


class Link(Struct, frozen=True, kw_only=True):
    """A web address at its place."""

    url: str
    """Without the anchor."""
    place: Place
    requirement: str = ""


def links(context: Context) -> Iterator[Link]:
    """Yield every link but those to files that lie in the submission's own folder."""
    for _field, value in texts(context, *METADATA_LINKS):
        url = refer(value.value).url
        if is_web_address(url):
            yield Link(url=url, place=value.place)
    for entry in context.entries:
        here = context.look(entry.path).exists
        if is_web_address(entry.reference.url) and not here:
            yield Link(url=entry.reference.url, place=entry.scalar.place, requirement=entry.cell.id)
