"""Models that are sent under another name, by weight: `--rewrite NAME=TARGET[:WEIGHT][,...]`."""

from __future__ import annotations

from plimsoll.errors import UsageError
from plimsoll.router.settings import RewriteSettings, RewriteTarget

MOST_WEIGHT = 1_000_000


def parse_rewrite(text: str) -> RewriteSettings:
    """Return the rule that `--rewrite` names; `*` means any other model. Raises UsageError."""
    model, equals, targets = text.partition("=")
    parsed = tuple(_target(each) for each in targets.split(",") if each)
    if not equals or not model or not parsed:
        raise UsageError(
            f"--rewrite {text!r} is not NAME=TARGET",
            next_step="write NAME=TARGET:WEIGHT,TARGET:WEIGHT, for example llama=v1:9,v2:1",
        )
    for target in parsed:
        if not target.model or not 1 <= target.weight <= MOST_WEIGHT:
            raise UsageError(
                f"--rewrite {text!r} gives {target.model!r} the weight {target.weight}",
                next_step=f"give every target a name and a weight from 1 to {MOST_WEIGHT}",
            )
    return RewriteSettings(model="" if model == "*" else model, targets=parsed)


def _target(text: str) -> RewriteTarget:
    name, colon, weight = text.rpartition(":")
    if colon and weight.isdecimal():
        return RewriteTarget(model=name, weight=int(weight[:9]))
    return RewriteTarget(model=text)
