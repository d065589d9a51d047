"""Endpoints as the user writes them: NAMESPACE/LABEL=VALUE:PORT/PATH (pure)."""

from __future__ import annotations

import re

from msgspec import Struct

from plimsoll.errors import UsageError

FORM = "NAMESPACE/LABEL=VALUE:PORT/PATH"
_EXAMPLE = "monitoring/app=dcgm-exporter:9400/metrics"
_SPOKEN = re.compile(
    r"(?P<namespace>[a-z0-9]([a-z0-9-]*[a-z0-9])?)/"
    r"(?P<label>([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r"=(?P<value>[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r":(?P<port>[0-9]{1,5}|[a-z][a-z0-9-]{0,14})"
    r"(?P<path>/[^\s?#]*)?"
)
_IMAGE = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
    r"(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,})?"
)


class Given(Struct, frozen=True, kw_only=True):
    """One endpoint on each node that has a pod with the label."""

    namespace: str
    label: str
    value: str
    port: str
    """A number or the name of a container's port."""
    path: str


def parse_endpoint(text: str) -> Given:
    """Return what `text` means. Raises UsageError."""
    match = _SPOKEN.fullmatch(text)
    if match is None or (match["port"].isdigit() and not 0 < int(match["port"]) < 65536):
        raise UsageError(
            f"--accelerator-metrics {text!r} is not {FORM}",
            next_step=f"write it like {_EXAMPLE}",
        )
    return Given(
        namespace=match["namespace"],
        label=match["label"],
        value=match["value"],
        port=match["port"],
        path=match["path"] or "/metrics",
    )


def check_image(text: str) -> None:
    """Raise UsageError unless `text` may be the reference of an image."""
    if not _IMAGE.fullmatch(text):
        raise UsageError(
            f"--load-image {text!r} is not the reference of an image",
            next_step="write it like registry.example/team/load:1.0, without a scheme",
        )
