"""Every claim of ai_inference: held, its counter-example, and its ways to stay open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plimsoll.checks.ai_inference import requests as r
from plimsoll.checks.ai_inference.claims import CLAIMS
from plimsoll.standard.verdicts import Verdict
from tests.unit.checks.judged import changed, judged, outcomes, together, verdicts

from .story import Story

Change = Callable[[Story], object]

IGNORED = {"header-present": "200 a", "header-only-present": "404 ?"}
CATCH_ALL = {"header-only-wrong": "200 ?", "header-only-absent": "200 ?", "host-unknown": "200 ?"}
REFUSED = {r.POD: {"refused": 9}, r.SERVICE: {"refused": 9}, r.OUTSIDE: {"timeout": 3}}
SILENT = {r.POD: {"timeout": 9}, r.SERVICE: {"timeout": 9}, r.OUTSIDE: {"refused": 3}}


def answered(**answers: str) -> Change:
    named = {name.replace("_", "-"): answer for name, answer in answers.items()}

    def change(story: Story) -> None:
        assert named.keys() <= story.answers.keys()
        story.answers.update(named)

    return change


def gateway(**conditions: tuple[str, str]) -> Change:
    return lambda story: story.gateway.update(conditions)


def route(name: str, **conditions: tuple[str, str]) -> Change:
    return lambda story: story.routes[name].update(conditions)


def direct(backend: str, answer: str) -> Change:
    return lambda story: story.direct.update({backend: answer})


def streams(name: str, **values: object) -> Change:
    return lambda story: story.streams.update({name: story.streams[name] | values})


def test_good_gateway_holds_every_claim() -> None:
    assert outcomes(Story()) == {claim.id: "held" for claim in CLAIMS}


def test_good_gateway_passes_plain_and_strict() -> None:
    assert verdicts(Story()) == (Verdict.PASS, Verdict.PASS)


VIOLATED: list[tuple[str, Change]] = [
    ("nothing-answers-without-a-route", changed(before={r.POD: {"200 ?": 3}})),
    (
        "gateway-is-programmed",
        together(gateway(Programmed=("False", "Invalid")), changed(timeouts={r.PROGRAMMED})),
    ),
    (
        "routes-are-accepted",
        together(
            route(r.SPLIT, Accepted=("False", "UnsupportedValue")), changed(timeouts={r.ROUTED})
        ),
    ),
    (
        "routes-are-accepted",
        together(changed(controller="somebody.else/controller"), changed(timeouts={r.ROUTED})),
    ),
    ("gateway-carries-traffic", changed(chosen="", tries=REFUSED)),
    (
        "gateway-carries-traffic",
        changed(chosen="", tries={r.POD: {"refused": 9}, r.OUTSIDE: {"closed": 9}}),
    ),
    ("gateway-carries-traffic", answered(gone_before="503 ?")),
    ("header-rules-route", lambda story: story.answers.update(IGNORED)),
    ("header-rules-route", answered(header_wrong="200 b")),
    ("header-rules-route", answered(header_absent="200 b")),
    ("header-rules-route", answered(header_only_absent="200 b")),
    ("header-rules-route", lambda story: story.answers.update(CATCH_ALL)),
    ("weights-split-traffic", changed(split={"200 a": 500, "200 b": 500})),
    ("weights-split-traffic", changed(split={"200 a": 1000})),
    ("weights-split-traffic", changed(split={"200 a": 860, "200 b": 140})),
    ("zero-weight-gets-nothing", changed(whole={"200 a": 199, "200 b": 1})),
    ("unknown-host-is-not-found", answered(host_unknown="200 ?")),
    ("unknown-host-is-not-found", answered(host_unknown="200 a")),
    ("unknown-host-is-not-found", answered(host_unknown="302 ?")),
    ("paths-and-hosts-route", answered(path_longer_prefix="200 a")),
    ("paths-and-hosts-route", answered(path_exact="200 a")),
    ("paths-and-hosts-route", answered(path_not_an_element="200 a")),
    ("paths-and-hosts-route", answered(host_other="200 a")),
    ("weights-flip-without-loss", changed(flip={"200 a": 300, "503 ?": 1, "200 b": 60})),
    ("weights-flip-without-loss", changed(flip={"200 a": 300, "404 ?": 2, "200 b": 60})),
    ("weights-flip-without-loss", changed(flip_ends="200 a")),
    ("weights-flip-without-loss", changed(flipped={"200 b": 199, "200 a": 1})),
    ("missing-backend-is-an-error", answered(backend_missing="200 a")),
    ("missing-backend-is-an-error", answered(backend_missing="404 ?")),
    ("missing-backend-is-an-error", route(r.MISSING, ResolvedRefs=("True", "ResolvedRefs"))),
    ("other-namespace-needs-a-grant", answered(grant_absent="200 other")),
    ("other-namespace-needs-a-grant", changed(ungranted="200 other")),
    (
        "other-namespace-needs-a-grant",
        changed(earlier={"grant-absent": {"200 other": 1}}),
    ),
    ("deleted-route-is-gone", changed(gone="200 a")),
    ("answers-are-streamed", streams("stream", first=1.6)),
    ("large-body-passes", changed(large="413 ?")),
    ("long-answer-passes", streams("long", bytes=90, error="closed")),
]


@pytest.mark.parametrize(("claim", "change"), VIOLATED)
def test_counter_example_violates(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "violated"


UNDECIDED: list[tuple[str, Change]] = [
    ("backends-answer-directly", direct("b", "refused")),
    (
        "backends-answer-directly",
        lambda story: story.direct_after.update({"b": "timeout"}),
    ),
    (
        "weights-split-traffic",
        together(
            changed(split={"200 a": 1000}),
            lambda story: story.direct_after.update({"b": "timeout"}),
        ),
    ),
    ("nothing-answers-without-a-route", changed(address=False)),
    ("gateway-is-programmed", gateway(Accepted=("Unknown", "Pending"))),
    (
        "gateway-is-programmed",
        together(gateway(Programmed=("Unknown", "Pending")), changed(timeouts={r.PROGRAMMED})),
    ),
    ("gateway-is-programmed", changed(generation=2)),
    (
        "gateway-is-programmed",
        together(
            gateway(Programmed=("False", "AddressNotAssigned")),
            changed(address=False, timeouts={r.PROGRAMMED}),
        ),
    ),
    (
        "gateway-is-programmed",
        together(
            gateway(Programmed=("False", "Invalid"), Accepted=("False", "Invalid")),
            changed(timeouts={r.ACCEPTED}),
        ),
    ),
    ("gateway-is-programmed", changed(changed={r.GATEWAY})),
    ("routes-are-accepted", route(r.SPLIT, Accepted=("False", "Pending"))),
    ("routes-are-accepted", changed(address=False, timeouts={r.ROUTED})),
    ("gateway-carries-traffic", changed(chosen="", tries=SILENT)),
    ("gateway-carries-traffic", changed(chosen="", tries={r.POD: {"refused": 9}})),
    (
        "gateway-carries-traffic",
        together(changed(chosen="", tries=REFUSED), direct("a", "timeout")),
    ),
    ("gateway-carries-traffic", answered(gone_before="timeout")),
    ("gateway-carries-traffic", changed(unsent={"routing"})),
    ("header-rules-route", answered(header_only_absent="503 ?")),
    ("header-rules-route", answered(header_present="timeout")),
    (
        "header-rules-route",
        together(answered(header_present="200 a"), changed(changed={r.RULES})),
    ),
    (
        "header-rules-route",
        together(
            answered(header_present="200 a"), route(r.RULES, Accepted=("False", "NotAllowed"))
        ),
    ),
    ("header-rules-route", direct("b", "timeout")),
    ("weights-split-traffic", changed(split={"200 a": 850, "200 b": 90, "503 ?": 60})),
    ("weights-split-traffic", changed(split={"200 a": 30, "200 b": 1})),
    ("weights-split-traffic", changed(unsent={"split"})),
    ("zero-weight-gets-nothing", answered(host_other="200 a")),
    ("zero-weight-gets-nothing", changed(whole={"200 a": 100, "503 ?": 100})),
    ("unknown-host-is-not-found", answered(host_unknown="refused")),
    ("unknown-host-is-not-found", answered(gone_before="404 ?")),
    (
        "unknown-host-is-not-found",
        together(answered(host_unknown="200 ?"), changed(shared=True)),
    ),
    ("paths-and-hosts-route", answered(path_exact="timeout")),
    ("weights-flip-without-loss", changed(turned=False)),
    ("weights-flip-without-loss", changed(flip={"200 a": 300, "closed": 1, "200 b": 60})),
    ("missing-backend-is-an-error", answered(backend_missing="timeout")),
    ("other-namespace-needs-a-grant", changed(granted="500 ?")),
    ("other-namespace-needs-a-grant", changed(ungranted="timeout")),
    ("other-namespace-needs-a-grant", direct(r.OTHER, "timeout")),
    ("deleted-route-is-gone", answered(gone_before="404 ?")),
    ("deleted-route-is-gone", changed(gone="503 ?")),
    ("answers-are-streamed", streams("stream", bytes=12, error="closed")),
    ("answers-are-streamed", streams("stream", first=1.2)),
    (
        "answers-are-streamed",
        lambda story: story.streams_direct.update(
            {"stream": story.streams["stream"] | {"last": 0}}
        ),
    ),
    ("large-body-passes", changed(unsent={"streams"})),
    (
        "long-answer-passes",
        lambda story: story.streams_direct.update(
            {"long": story.streams["long"] | {"error": "closed"}}
        ),
    ),
]


@pytest.mark.parametrize(("claim", "change"), UNDECIDED)
def test_without_its_control_a_claim_stays_open(claim: str, change: Change) -> None:
    assert outcomes(Story().but(change))[claim] == "undecided"


def test_what_the_machine_of_the_check_does_not_reach_is_not_exercised() -> None:
    story = Story()
    story.outside = {"timeout": 3}
    assert (outcomes(story)["reached-from-outside"], verdicts(story)) == (
        "not exercised",
        (Verdict.PASS, Verdict.PASS),
    )


VERDICTS: list[tuple[str, Change, tuple[Verdict, Verdict]]] = [
    (
        "status without a data plane",
        changed(chosen="", tries=REFUSED),
        (Verdict.FAIL, Verdict.FAIL),
    ),
    (
        "weights are ignored",
        changed(split={"200 a": 510, "200 b": 490}, whole={"200 a": 101, "200 b": 99}),
        (Verdict.FAIL, Verdict.FAIL),
    ),
    (
        "header rules are ignored",
        lambda story: story.answers.update(IGNORED),
        (Verdict.FAIL, Verdict.FAIL),
    ),
    (
        "everything is answered",
        together(
            lambda story: story.answers.update(CATCH_ALL), changed(before={r.POD: {"200 ?": 3}})
        ),
        (Verdict.FAIL, Verdict.FAIL),
    ),
    (
        "only unknown hosts are answered",
        together(answered(host_unknown="200 ?"), changed(before={r.POD: {"200 ?": 3}})),
        (Verdict.FAIL, Verdict.FAIL),
    ),
    (
        "grants are not asked for",
        answered(grant_absent="200 other"),
        (Verdict.PASS, Verdict.FAIL),
    ),
    (
        "no controller looks at the Gateway",
        gateway(Accepted=("Unknown", "Pending"), Programmed=("Unknown", "Pending")),
        (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ),
    (
        "no load balancer",
        together(
            gateway(Programmed=("False", "AddressNotAssigned")),
            changed(address=False, timeouts={r.PROGRAMMED}),
        ),
        (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ),
    ("nothing was tried", changed(trials=0), (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)),
    (
        "no second namespace",
        changed(blocked={"second namespace": ["other-namespace-needs-a-grant"]}),
        (Verdict.PASS, Verdict.INCONCLUSIVE),
    ),
]


@pytest.mark.parametrize(
    ("change", "expected"), [case[1:] for case in VERDICTS], ids=[case[0] for case in VERDICTS]
)
def test_verdict(change: Change, expected: tuple[Verdict, Verdict]) -> None:
    assert verdicts(Story().but(change)) == expected


def test_why_nothing_was_tried_is_said_of_every_claim() -> None:
    story = Story()
    story.trials = 0
    story.blocked = {"discovery": []}
    found = judged(story).findings
    assert {(f.claim, f.because, f.next_step) for f in found} == {
        (claim.id, "refused", "allow") for claim in CLAIMS
    }


def test_of_a_first_version_a_condition_need_not_say_which_it_is_about() -> None:
    story = Story()
    story.observed = None
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)


def test_one_class_that_holds_is_enough() -> None:
    story = Story()
    story.trials = 2
    story.blocked = {"2.trial": []}
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)


def test_a_class_left_for_another_run_keeps_a_failure_open() -> None:
    story = Story()
    story.split = {"200 a": 500, "200 b": 500}
    story.left = {"second": "not tried: this run tries 1 of 2 accepted classes"}
    assert verdicts(story) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


def test_a_class_that_takes_no_http_routes_does_not_keep_a_failure_open() -> None:
    story = Story()
    story.split = {"200 a": 500, "200 b": 500}
    story.left = {"waypoint": "left out: it is for traffic inside a mesh"}
    assert verdicts(story) == (Verdict.FAIL, Verdict.FAIL)
