"""An operator is shown at work, and its webhook is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.audit.view import CellView, Rule
from plimsoll.submission import Finding

RULE = Rule(
    id="webhook-not-shown",
    title="no command and no output shows a webhook of the operator",
    why="the requirement names three things: pods run, webhooks work, custom resources reconcile",
    requirements=frozenset({"robust_controller"}),
)

_WEBHOOK = re.compile(
    r"webhook|\badmission\b|\bdenied the request\b|\bis invalid\b|\bInvalid value\b|\bForbidden\b",
    re.IGNORECASE,
)


def find(view: CellView) -> Iterator[Finding]:
    """Yield at most one finding, at the first output."""
    texts = [each for each in view.documents if each.shown]
    lines = [text for each in texts for _, text in (*each.typed, *each.shown)]
    if texts and not any(_WEBHOOK.search(text) for text in lines):
        what = "not demonstrated: a webhook at work; nothing in what {place} begins shows one"
        yield view.at(RULE, texts[0], texts[0].shown[0][0], what)
