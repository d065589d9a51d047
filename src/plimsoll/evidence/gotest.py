"""The run as `go test -json` lines, for tools that read those.

Test names are our own, `Plimsoll/<requirement>/<claim>`; they are never those of the official
suite, whose results only its own runs can give. A PASS here is a PASS, a FAIL a fail, and all that
is open or left out is a skip, which no reader may count as passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from plimsoll.evidence.cases import Case, Result, cases, duration
from plimsoll.evidence.judging import SHIPPED, Judges
from plimsoll.evidence.manifest import moment
from plimsoll.evidence.text import printable
from plimsoll.record import Judgement, Record

_ACTIONS = {
    Result.PASSED: "pass",
    Result.FAILED: "fail",
    Result.OPEN: "skip",
    Result.SKIPPED: "skip",
}


def render(record: Record, judgements: Sequence[Judgement], judges: Judges = SHIPPED) -> bytes:
    """Return `results.json`: one JSON object per line, as cmd/test2json writes them."""
    package = f"plimsoll/{record.run.run}"
    time = moment(record.facts[-1].time)
    lines: list[dict[str, object]] = [{"Action": "start"}]
    worst = "pass"
    for judgement in judgements:
        found = cases(record, judgement, judges)
        lines += _requirement(record, judgement.requirement, found)
        worst = _worse(worst, _ACTIONS[found[-1].result])
    lines.append({"Action": worst, "Elapsed": round(record.facts[-1].time - record.run.time, 3)})
    whole = ({"Time": time, "Package": package, **line} for line in lines)
    return b"".join(msgspec.json.encode(line) + b"\n" for line in whole)


def _requirement(
    record: Record, requirement: str, found: Sequence[Case]
) -> Iterator[dict[str, object]]:
    parent = f"Plimsoll/{requirement}"
    yield {"Action": "run", "Test": parent}
    for case in found[:-1]:
        name = f"{parent}/{_slug(case.name)}"
        yield {"Action": "run", "Test": name}
        yield {"Action": "output", "Test": name, "Output": f"{printable(case.message)}\n"}
        yield {"Action": _ACTIONS[case.result], "Test": name, "Elapsed": 0}
    verdict = found[-1]
    yield {"Action": "output", "Test": parent, "Output": f"{printable(verdict.message)}\n"}
    yield {
        "Action": _ACTIONS[verdict.result],
        "Test": parent,
        "Elapsed": round(duration(record, requirement), 3),
    }


def _slug(name: str) -> str:
    return re.sub(r"[^\w.,:=+-]+", "_", name)


def _worse(one: str, other: str) -> str:
    order = ("pass", "skip", "fail")
    return max(one, other, key=order.index)
