"""Tries links: the only part of the linter that talks to anybody, and only when asked to.

Gentle with others' hosts: one request at a time on each, answers kept for a day, a request to wait
is obeyed. Addresses in private networks are never asked: a file from elsewhere must not make its
reader's machine knock on doors inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from plimsoll.lint.context import Context
from plimsoll.lint.online.answer import Answer, State
from plimsoll.lint.online.cache import Cache
from plimsoll.lint.online.client import Manners, ask
from plimsoll.lint.online.links import Link, links
from plimsoll.lint.rule import RULES, Hit
from plimsoll.submission import Finding, Loaded

__all__ = ["Answer", "Cache", "Manners", "State", "ask", "online"]

_OFFICIAL = "Invalid URL"


async def online(
    loaded: Sequence[Loaded], cache: Cache, manners: Manners | None = None
) -> list[Finding]:
    """Try every link of these submissions and return what is wrong with them, sorted by place."""
    found = [link for each in loaded for link in links(Context(each, None))]
    answers = await ask(dict.fromkeys(link.url for link in found), cache, manners or Manners())
    cache.save()
    return sorted(_findings(found, answers), key=lambda each: (each.place, each.rule))


def _findings(found: Iterable[Link], answers: dict[str, Answer]) -> Iterator[Finding]:
    for link in found:
        answer = answers[link.url]
        if answer.state is State.DEAD:
            yield _finding("link-dead", link, f"the link {answer.detail}", official=_OFFICIAL)
        elif answer.state is State.MOVED:
            yield _finding(
                "link-moved", link, "the page has moved for good", fix=f"write {answer.target}"
            )
        elif answer.state is State.UNKNOWN:
            yield _finding("link-unchecked", link, f"the link {answer.detail}")


def _finding(rule: str, link: Link, what: str, *, fix: str = "", official: str = "") -> Finding:
    return RULES[rule].finding(
        Hit(
            place=link.place,
            what=what,
            fix=fix,
            requirement=link.requirement,
            quote=link.url,
            official=official,
        )
    )
