"""HTML pages of one file: how they look, how their templates are filled, what their policy allows.

Every text that a template shows is escaped and made printable, and a page's content security policy
names the hash of each style sheet and script that it carries.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from importlib.resources import files

import jinja2

from plimsoll.text import printable


def environment(read: Callable[[str], str]) -> jinja2.Environment:
    """Return an environment for templates that `read` gives by name."""
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(read),
        finalize=_finalize,
    )


def style(own: str) -> str:
    """Return a page's style sheet: what all pages have in common, then its own rules."""
    return (files("plimsoll") / "pages.css").read_text(encoding="utf-8") + own


def digest(text: str) -> str:
    """Return the SHA-256 of a style sheet or script as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _finalize(value: object) -> object:
    """Clean every text that the template shows; markup of our own passes as it is."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
