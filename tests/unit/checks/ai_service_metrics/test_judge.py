"""Every claim of ai_service_metrics: held, violated, undecided; and what the verdict is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plimsoll.checks.ai_service_metrics.claims import CLAIMS
from plimsoll.standard.verdicts import Outcome, Verdict
from tests.unit.checks.judged import changed, finding, judged, outcomes, verdicts

from .story import AT, MORE, STEPS, Story

Json = dict[str, Any]
Change = Callable[[Story], object]


def direct(role: str, **values: Any) -> Change:
    return lambda story: story.direct[role].update(values)


def answer(step: str, **values: Any) -> Change:
    return lambda story: story.answers[step].update(values)


def lost(step: str, **values: Any) -> Change:
    return lambda story: story.lost(step, **values)


def not_asked(step: str) -> Change:
    return lambda story: story.answers.pop(step)


def never_arrives(*charge: Json, **options: Any) -> Change:
    def change(story: Story) -> None:
        story.never_arrives(*charge)
        story.options = options

    return change


def test_honest_monitoring_passes_with_every_claim_held() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)
    assert outcomes(Story()) == {claim.id: "held" for claim in CLAIMS}


VIOLATED = {
    "service-answers-directly": [
        direct("more", content_type="text/html"),
        direct("more", content_type=""),
    ],
    "service-metrics-collected": [
        never_arrives({"up": 0.0}),
        never_arrives({"up": 1.0}, metric_name="vllm:requests_total"),
    ],
    "count-exact-after-first-requests": [
        lost("first", value=0.0),
        answer("first", value=8.0),
        lost("first"),
    ],
    "count-exact-after-more-requests": [
        lost("more", value=7.0),
        answer("more", value=float(MORE + 1)),
    ],
    "training-metrics-collected": [lost("training"), lost("training", value=STEPS - 1.0)],
    "stopped-service-ages-out": [lost("gone", value=18.0, age=3.0, seconds=330.0)],
}

UNDECIDED = {
    "service-answers-directly": [
        direct("more", value=None, error="refused"),
        lambda story: story.direct.clear(),
    ],
    "service-metrics-collected": [
        not_asked("arrives"),
        never_arrives(),
        never_arrives({"up": None, "other_targets": 8.0}),
        never_arrives({"up": 1.0}),
        direct("before", value=None),
        changed(made=["2026-01-01T08:00:00Z", "2026-01-01T12:00:00Z"]),
    ],
    "count-exact-after-first-requests": [
        not_asked("first"),
        never_arrives({"up": 0.0}),
        direct("first", answered=6),
        direct("first", value=9.0),
        lost("first", error="it did not answer (502)"),
        changed(blocked=["count-exact-after-first-requests"]),
    ],
    "count-exact-after-more-requests": [
        not_asked("more"),
        direct("more", value=17.0),
        changed(made=["2026-01-01T12:00:09Z"]),
    ],
    "training-metrics-collected": [
        not_asked("training"),
        direct("training", value=STEPS - 1.0),
        lambda story: story.direct.pop("training"),
        lost("training", value=3.0, error="it did not answer (502)"),
    ],
    "stopped-service-ages-out": [
        not_asked("gone"),
        lost("gone", value=18.0, age=None, error="it did not answer (502)"),
    ],
    "not-opted-in-is-left-alone": [
        not_asked("silent"),
        answer("silent", error="it did not answer (502)"),
        changed(silent_ready_after=59.0),
        never_arrives(),
    ],
}


@pytest.mark.parametrize(
    ("outcome", "claim", "change"),
    [
        pytest.param(outcome, claim, change, id=f"{outcome.value}-{claim}-{number}")
        for outcome, table in ((Outcome.VIOLATED, VIOLATED), (Outcome.UNDECIDED, UNDECIDED))
        for claim, changes in table.items()
        for number, change in enumerate(changes)
    ],
)
def test_what_a_change_makes_of_a_claim(outcome: Outcome, claim: str, change: Change) -> None:
    found = finding(Story().but(change), claim)
    assert found.outcome == outcome, found.because
    assert found.because


def test_monitoring_that_takes_everything_is_not_blamed_for_it() -> None:
    story = Story().but(answer("silent", series=1, value=0.0))
    assert outcomes(story)["not-opted-in-is-left-alone"] == "not applicable"
    assert judged(story).strict_verdict is Verdict.PASS


def test_an_old_last_sample_is_no_new_one() -> None:
    story = Story().but(lost("gone", value=18.0, age=331.0, seconds=330.0))
    assert outcomes(story)["stopped-service-ages-out"] == "held"


def test_the_first_value_kept_passes_plainly_and_fails_strictly() -> None:
    def keeps_first(story: Story) -> None:
        for step in ("first", "more", "training"):
            story.lost(step, value=0.0)

    found = judged(Story().but(keeps_first))
    assert (found.verdict, found.strict_verdict) == (Verdict.PASS, Verdict.FAIL)
    assert "counts 7, and for 5 s Prometheus 3.1 at watch/prometheus:9090 answers 0" in (
        found.strict_because
    )


@pytest.mark.parametrize(
    "change",
    [
        never_arrives({"up": None, "other_targets": 8.0}),
        changed(made=["2026-01-01T12:00:00Z"]),
        changed(blocked=[claim.id for claim in CLAIMS]),
    ],
    ids=["accelerators only", "made by the run", "no monitoring"],
)
def test_what_says_nothing_about_the_platform_is_inconclusive(change: Change) -> None:
    assert verdicts(Story().but(change)) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


def test_monitoring_of_unknown_age_counts() -> None:
    assert judged(Story().but(changed(made=[]))).strict_verdict is Verdict.PASS


def test_a_service_that_was_not_discovered_is_told_what_was_tried() -> None:
    change = never_arrives({"up": None, "other_targets": 8.0})
    found = finding(Story().but(change), "service-metrics-collected")
    assert found.because == (
        f"Prometheus 3.1 at {AT} did not discover the service within 120 s, which opted in by "
        "annotations; it collects 8 other targets"
    )
    assert "--label" in found.next_step
