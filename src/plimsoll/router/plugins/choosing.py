"""Pickers, which take from the sums; handlers, which choose a profile; parsers of bodies."""

from __future__ import annotations

from plimsoll.router import settings
from plimsoll.router.plugins.plugin import Parameter, Plugin, ignored

HOW_MANY = Parameter(
    name="maxNumOfEndpoints",
    kind="integer",
    field="max_num_of_endpoints",
    default=1,
    least=1,
    most=512,
    meaning="How many endpoints to name, best first; a later one is tried when the first fails.",
)


PICKERS = (
    Plugin(
        name="max-score-picker",
        point="picker",
        meaning="the highest sum, ties at random",
        makes=settings.MaxScorePicker,
        parameters=(HOW_MANY,),
    ),
    Plugin(
        name="random-picker",
        point="picker",
        meaning="any candidate, all equally likely; scores do not count",
        makes=settings.RandomPicker,
        parameters=(HOW_MANY,),
    ),
    Plugin(
        name="weighted-random-picker",
        point="picker",
        meaning="drawn at random, in proportion to the sums",
        makes=settings.WeightedRandomPicker,
        parameters=(HOW_MANY,),
    ),
)

HANDLERS = (
    Plugin(
        name="single-profile-handler",
        point="handler",
        meaning="every request gets the one profile",
        makes=settings.SingleProfileHandler,
        parameters=(
            ignored("scorer", "profiles name their scorers", "text"),
            ignored("picker", "profiles name their picker", "text"),
        ),
    ),
    Plugin(
        name="header-profile-handler",
        point="handler",
        meaning="the header {headerName} names the profile; without it, {defaultProfile}",
        makes=settings.HeaderProfileHandler,
        parameters=(
            Parameter(
                name="headerName",
                kind="text",
                default="EPP-Profile",
                meaning="Header whose value names a profile.",
            ),
            Parameter(
                name="defaultProfile",
                kind="text",
                default="decode",
                meaning="Profile of requests without the header.",
            ),
        ),
    ),
)

PARSERS = (
    Plugin(
        name="openai-parser",
        point="parser",
        meaning="completions, chat completions, responses and embeddings",
    ),
    Plugin(name="passthrough-parser", point="parser", meaning="any other body, unread"),
)
