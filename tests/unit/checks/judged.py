"""What a judge makes of a story, and the changes that all stories take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from plimsoll import checks
from plimsoll.record import Finding, Judgement
from plimsoll.standard.verdicts import Verdict

from .story_base import StoryBase

S = TypeVar("S", bound=StoryBase)


def judged(story: StoryBase) -> Judgement:
    return checks.judge(story.requirement, story.record())


def outcomes(story: StoryBase, group: str | None = None) -> dict[str, str]:
    """Return the outcome of each claim, of one group of findings or of all."""
    findings = [found for found in judged(story).findings if group in {None, found.group}]
    return {found.claim: found.outcome.value for found in findings}


def finding(story: StoryBase, claim: str) -> Finding:
    return next(found for found in judged(story).findings if found.claim == claim)


def verdicts(story: StoryBase) -> tuple[Verdict, Verdict]:
    judgement = judged(story)
    return judgement.verdict, judgement.strict_verdict


def changed(**attributes: object) -> Callable[[StoryBase], None]:
    """Return the change that sets `attributes`, which the story must have."""

    def change(story: StoryBase) -> None:
        for name, value in attributes.items():
            assert hasattr(story, name)
            setattr(story, name, value)

    return change


def together(*changes: Callable[[S], object]) -> Callable[[S], object]:
    """Return the change that makes all `changes`."""

    def change(story: S) -> None:
        story.but(*changes)

    return change
