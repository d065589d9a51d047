"""An audit as one HTML page: it opens anywhere, fetches nothing and works without script.

Its content security policy allows exactly its own style sheet and its own few lines of script, so
that text from a submission, which is escaped as well, could do nothing even if it were not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from plimsoll import pages
from plimsoll.audit.counts import Counts
from plimsoll.audit.model import SubmissionAudit
from plimsoll.audit.page.view import bars, build, link, share, tone
from plimsoll.audit.words import rest, word


def render(audits: Sequence[SubmissionAudit], counts: Counts) -> bytes:
    """Return `index.html` as UTF-8; the same audits give the same bytes."""
    style, script = pages.style(_resource("page.css")), _resource("page.js")
    page = _template().render(
        view=build(audits, counts),
        style=Markup(style),  # noqa: S704  (our own files)
        script=Markup(script),  # noqa: S704
        style_hash=pages.digest(style),
        script_hash=pages.digest(script),
    )
    return page.strip().encode("utf-8", errors="replace") + b"\n"


@cache
def _template() -> jinja2.Template:
    environment = pages.environment(_resource)
    environment.filters.update(tone=tone, share=share, bars=bars, link=link, word=word, rest=rest)
    return environment.get_template("page.html.j2")


def _resource(name: str) -> str:
    return (files("plimsoll.audit.page") / name).read_text(encoding="utf-8")
