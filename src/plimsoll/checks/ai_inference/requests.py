"""Which requests are sent and what must answer them: one table for observing and for judging.

Pure. An answer is written as its status and who gave it, such as `200 a`; `404 ?` was not given by
a backend of this run, and `refused` or `timeout` is no answer at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Json = dict[str, Any]

CLASSES = "gateway-classes"
"""Subject of the Discovered fact: {"tried": [...], "left": {name: reason}}."""
TRIAL = "gateway-trial"
"""Subject of the Observation that begins the trial of one class."""
VANTAGE = "gateway-vantage"
"""Subject of the Observation that says from where the Gateway's address is reached."""
BEFORE = "gateway-before"
"""Subject of the Observation that says what answered while there was no route."""
CHANGED = "stored-differently"
"""Subject of the Observation that says that the cluster stored another object than was sent."""

NOT_THIS_TIME = "not tried"
"""Beginning of the reason why a class that could be tried was left."""

GATEWAY = "gateway"
RULES, HOSTS, SPLIT, WHOLE = "rules", "hosts", "split", "whole"
MISSING, FOREIGN, GONE = "missing", "foreign", "gone"
ROUTES = (RULES, HOSTS, SPLIT, WHOLE, GONE)
"""The routes that must be accepted with all their references resolved."""

HEADER = "x-plimsoll-model"
BACKENDS = ("a", "b")
OTHER = "other"
"""The backend in the second namespace."""

NOT_FOUND = "404"
"""No route takes the request."""

POD, SERVICE, OUTSIDE = "pod to address", "pod to the Gateway's Service", "outside"
VANTAGES = (POD, SERVICE, OUTSIDE)
"""Ways to the Gateway, in the order of preference."""

SPLIT_REQUESTS = 1000
SPLIT_WEIGHTS = {"a": 90, "b": 10}
WHOLE_REQUESTS = 200
STEADY = 10
"""So many answers in a row must be as expected: a data plane can have many instances."""

ACCEPTED, PROGRAMMED, ROUTED = "gateway-accepted", "gateway-programmed", "route-accepted"
REACHED, EFFECT = "gateway-reached", "route-effect"
"""Stages with a time limit of their own."""


class Ask(Struct, frozen=True, kw_only=True):
    """One kind of request, and the beginning of the answer that is right."""

    name: str
    words: str
    """What is asked, for people."""
    route: str
    """Names the host that is asked for."""
    path: str
    header: str = ""
    """The value of HEADER; empty: without it."""
    answer: str


HEADER_ASKS: tuple[Ask, ...] = (
    Ask(
        name="header-present",
        words="the header with the value of the rule",
        route=RULES,
        path="/v1/chat",
        header="large",
        answer="200 b",
    ),
    Ask(
        name="header-wrong",
        words="the header with another value",
        route=RULES,
        path="/v1/chat",
        header="larger",
        answer="200 a",
    ),
    Ask(
        name="header-absent",
        words="no header",
        route=RULES,
        path="/v1/chat",
        answer="200 a",
    ),
    Ask(
        name="header-only-present",
        words="the header where no other rule matches",
        route=RULES,
        path="/only",
        header="large",
        answer="200 b",
    ),
    Ask(
        name="header-only-wrong",
        words="another value where no other rule matches",
        route=RULES,
        path="/only",
        header="larger",
        answer=NOT_FOUND,
    ),
    Ask(
        name="header-only-absent",
        words="no header where no other rule matches",
        route=RULES,
        path="/only",
        answer=NOT_FOUND,
    ),
)

PATH_ASKS: tuple[Ask, ...] = (
    Ask(name="path-prefix", words="/v1/models", route=RULES, path="/v1/models", answer="200 a"),
    Ask(
        name="path-longer-prefix",
        words="/v1/long/models (a longer prefix also matches)",
        route=RULES,
        path="/v1/long/models",
        answer="200 b",
    ),
    Ask(
        name="path-exact",
        words="/v1/exact (an exact path also matches)",
        route=RULES,
        path="/v1/exact",
        answer="200 b",
    ),
    Ask(
        name="path-below-exact",
        words="/v1/exact/more",
        route=RULES,
        path="/v1/exact/more",
        answer="200 a",
    ),
    Ask(
        name="path-not-an-element",
        words="/v1models (no whole path element)",
        route=RULES,
        path="/v1models",
        answer=NOT_FOUND,
    ),
    Ask(name="path-unknown", words="/nowhere", route=RULES, path="/nowhere", answer=NOT_FOUND),
    Ask(
        name="host-other",
        words="the same path on another host",
        route=HOSTS,
        path="/v1/models",
        answer="200 b",
    ),
)

UNKNOWN_HOST = Ask(
    name="host-unknown",
    words="a host that no route names",
    route="nobody",
    path="/v1/models",
    answer=NOT_FOUND,
)

MISSING_ASK = Ask(
    name="backend-missing",
    words="a route to a Service that does not exist",
    route=MISSING,
    path="/",
    answer="5",
)

UNGRANTED_ASK = Ask(
    name="grant-absent",
    words="a route to another namespace without a grant",
    route=FOREIGN,
    path="/",
    answer="5",
)

GRANTED_ASK = Ask(
    name="grant-present",
    words="the same route with a grant",
    route=FOREIGN,
    path="/",
    answer=f"200 {OTHER}",
)

# the plainest route of all: it also shows whether anything passes
GONE_BEFORE = Ask(name="gone-before", words="a route", route=GONE, path="/", answer="200 a")
GONE_AFTER = Ask(
    name="gone-after", words="the route after it was deleted", route=GONE, path="/", answer="404"
)


class Seen(Struct, frozen=True, kw_only=True):
    """What a probe reports of one kind of request."""

    answers: dict[str, int] = {}
    """All answers, with how often each came."""
    last: dict[str, int] = {}
    """The last ones only, as many as must be right in a row."""
    tries: int = 0
    seconds: float = 0.0
    runs: list[tuple[str, int]] = []
    """Answers in the order in which they came, equal ones together."""

    def all_begin(self, answer: str) -> bool:
        """Tell whether all of the last answers begin with `answer`."""
        return bool(self.last) and all(key.startswith(answer) for key in self.last)

    def served(self) -> int:
        """Return how many requests got an answer that says success."""
        return sum(count for key, count in self.answers.items() if key[:1] in {"2", "3"})


def told(answers: Mapping[str, int]) -> str:
    """Return counted answers for people."""
    words = {"?": "nobody of this run"}
    parts = []
    for key, count in sorted(answers.items(), key=lambda item: -item[1]):
        status, _, backend = key.partition(" ")
        by = f" from {words.get(backend, f'backend {backend}')}" if backend else ""
        parts.append(f"{count} x {status}{by}")
    return ", ".join(parts) or "no answer"
