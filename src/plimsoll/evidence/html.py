"""The HTML report: one file that opens anywhere, asks nothing of a network and runs no script.

The page carries a content security policy that allows exactly its own style sheet, so that text
from a cluster, which is escaped as well, could do nothing even if it were not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from plimsoll import pages
from plimsoll.evidence.judging import SHIPPED, Judges
from plimsoll.evidence.timeline import Timeline
from plimsoll.evidence.view import build
from plimsoll.record import Judgement, Record

_ICONS = {
    "PASS": "ok",
    "held": "ok",
    "FAIL": "bad",
    "violated": "bad",
    "INCONCLUSIVE": "open",
    "UNKNOWN": "open",
    "undecided": "open",
    "unknown": "open",
    "not exercised": "open",
}


def render(
    record: Record,
    judgements: Sequence[Judgement],
    earlier: Sequence[Judgement] = (),
    judges: Judges = SHIPPED,
) -> bytes:
    """Return `report.html` as UTF-8; the same facts and judgements give the same bytes."""
    style = pages.style(_resource("report.css"))
    page = _template().render(
        view=build(record, judgements, earlier, judges),
        style=Markup(style),  # noqa: S704  (our own file)
        style_hash=pages.digest(style),
    )
    return page.strip().encode("utf-8", errors="replace") + b"\n"


@cache
def _template() -> jinja2.Template:
    environment = pages.environment(_resource)
    environment.filters["tone"] = lambda word: _ICONS.get(str(word), "none")
    environment.filters["slug"] = lambda text: "-".join(str(text).split())
    environment.globals["ticks"] = _axis
    environment.globals["percent"] = _percent
    return environment.get_template("report.html.j2")


def _resource(name: str) -> str:
    return (files("plimsoll.evidence") / "templates" / name).read_text(encoding="utf-8")


def _percent(value: float, length: float) -> str:
    return f"{100 * value / length:.3f}%"


def _axis(shown: Timeline) -> Iterator[tuple[str, str]]:
    """Yield position and words of about five marks on the time axis."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    step = next((step for step in steps if shown.length / step <= 6), 86400)
    words: Callable[[int], str] = (
        (lambda at: f"{at} s") if shown.length <= 120 else (lambda at: f"{at / 60:g} min")
    )
    for at in range(0, int(shown.length) + 1, step):
        if at < shown.length * 0.95:
            yield _percent(at, shown.length), words(at)
