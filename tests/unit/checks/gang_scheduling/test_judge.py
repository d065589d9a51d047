"""Every claim of gang_scheduling has a counter-example here, and every way to stay undecided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from plimsoll.checks.gang_scheduling import claims as c
from plimsoll.checks.gang_scheduling.observations import Cell, ConditionWord, ModeSeen, Quota
from plimsoll.record.facts import Blocked
from plimsoll.standard.verdicts import Outcome, Verdict
from tests.unit.checks.judged import finding, judged, outcomes, verdicts

from . import story as s

GROUP = "native PodGroup / DRA device"


def because(story: s.Story, claim: str) -> str:
    return finding(story, claim).because


def told(*parts: Callable[[s.Story], None], cell: Cell = s.CELL) -> s.Story:
    story = s.Story()
    story.engines(cell.engine)
    story.observe(cell)
    for part in parts:
        part(story)
    return story


def test_ids_of_claims_are_stable_since_run_folders_carry_them() -> None:
    assert [claim.id for claim in c.CLAIMS] == [
        "engine-in-charge",
        "plain-pods-fill-what-fits",
        "fitting-gang-runs",
        "oversized-gang-runs-none",
        "waiting-gang-runs-when-room-returns",
        "one-of-two-gangs-runs",
        "no-partial-hold",
        "every-resource-kind-is-ganged",
    ]


def test_a_healthy_cell_holds_every_claim() -> None:
    story = s.healthy()
    assert outcomes(story) == {claim.id: "held" for claim in c.CLAIMS}
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)


def test_findings_rest_on_facts_and_carry_their_group() -> None:
    findings = judged(s.healthy()).findings
    assert all(finding.facts for finding in findings)
    assert {finding.group for finding in findings if finding.claim != c.EVERY_KIND} == {GROUP}


def test_every_finding_that_did_not_hold_says_what_to_do() -> None:
    story = told(s.control, s.negative)
    assert [
        f for f in judged(story).findings if f.outcome is not Outcome.HELD and not f.next_step
    ] == []


# ---- counter-examples, one per claim


def test_an_engine_without_a_status_is_not_in_charge() -> None:
    story = told(
        lambda st: s.ample(st, bound=0, charge=False),
        s.control,
        lambda st: s.negative(st, charge=False),
    )
    found = outcomes(story)
    assert found[c.ENGINE_IN_CHARGE] == "violated"
    assert found[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert found[c.FITTING_GANG_RUNS] == "undecided"
    assert "no engine that acts" in because(story, c.ENGINE_IN_CHARGE)
    assert verdicts(story) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("bound", [0, 2, 4])
def test_a_control_that_binds_another_number_proves_no_scarcity(bound: int) -> None:
    story = told(s.ample, lambda st: s.control(st, bound=bound), s.negative)
    assert outcomes(story)[c.PLAIN_PODS_FILL] == "violated"
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert verdicts(story)[0] is Verdict.INCONCLUSIVE


def test_a_gang_that_fits_and_is_bound_in_part_fails() -> None:
    story = told(lambda st: s.ample(st, bound=3), s.control, s.negative)
    assert outcomes(story)[c.FITTING_GANG_RUNS] == "violated"
    assert verdicts(story)[0] is Verdict.FAIL


@pytest.mark.parametrize("bound", [1, 3])
def test_a_gang_that_does_not_fit_and_is_bound_in_part_fails(bound: int) -> None:
    story = told(s.ample, s.control, lambda st: s.negative(st, bound=bound))
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "violated"
    assert "for 90 of 90 s" in because(story, c.OVERSIZED_GANG_WAITS)
    assert verdicts(story) == (Verdict.FAIL, Verdict.FAIL)


def test_a_part_that_is_bound_and_evicted_again_fails_and_is_measured() -> None:
    def negative(story: s.Story) -> None:
        with story.window("negative", "g-big", free=3):
            story.gang("g-big")
            story.status("g-big", waits=s.REASON)
            story.bind("g-big", 3)
            story.wait(30)
            story.remove("g-big", 3)
            story.wait(60)

    story = told(s.ample, s.control, negative)
    found = outcomes(story)
    assert found[c.OVERSIZED_GANG_WAITS] == "violated"
    assert found[c.NO_PARTIAL_HOLD] == "violated"
    assert "30.0 s (3 of 4 pods)" in because(story, c.NO_PARTIAL_HOLD)


def test_a_gang_that_is_forgotten_when_room_returns_fails_only_strictly() -> None:
    story = told(s.ample, s.control, s.negative, lambda st: s.liveness(st, bound=0))
    for number in (1, 2, 3):
        s.contention(story, number)
    assert outcomes(story)[c.WAITING_GANG_RUNS] == "violated"
    assert verdicts(story) == (Verdict.PASS, Verdict.FAIL)


@pytest.mark.parametrize(
    ("first", "second", "then", "text"),
    [
        (2, 2, 2, "neither runs"),
        (0, 0, 0, "neither runs"),
        (4, 1, 4, "holds a part"),
        (4, 0, 0, "after the first had gone"),
    ],
)
def test_two_gangs_that_do_not_take_turns_violate(
    first: int, second: int, then: int, text: str
) -> None:
    story = told(s.ample, s.control, s.negative, s.liveness)
    s.contention(story, 1)
    s.contention(story, 2, first=first, second=second, then=then)
    s.contention(story, 3)
    assert outcomes(story)[c.ONE_OF_TWO_RUNS] == "violated"
    assert text in because(story, c.ONE_OF_TWO_RUNS)
    assert verdicts(story) == (Verdict.PASS, Verdict.FAIL)


def test_a_kind_that_no_engine_gangs_fails_only_strictly() -> None:
    story = s.healthy()
    quick = replace(s.CELL, id="native-cpu", kind="CPU", full=False)
    story.observe(quick)
    with story.window("control", "p2", cell=quick, free=3):
        story.gang("p2", cell=quick, plain=True)
        story.bind("p2", 3)
    with story.window("negative", "g2", cell=quick, free=3):
        story.gang("g2", cell=quick)
        story.bind("g2", 3)
        story.status("g2", waits=s.REASON, cell=quick)
        story.wait(30)
    judgement = judged(story)
    kinds = [found for found in judgement.findings if found.claim == c.EVERY_KIND]
    assert (kinds[0].outcome, kinds[0].because) == (Outcome.VIOLATED, "no engine gangs: CPU")
    assert judgement.verdict is Verdict.PASS
    assert judgement.strict_verdict is Verdict.FAIL
    assert any(
        found.group == "native PodGroup / CPU" and found.outcome is Outcome.VIOLATED
        for found in judgement.findings
    )


# ---- what must not decide


def test_nothing_bound_without_a_control_is_undecided() -> None:
    story = told(s.ample, s.negative)
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert "control" in because(story, c.OVERSIZED_GANG_WAITS)


def test_a_gang_that_was_let_through_was_not_held_back() -> None:
    def negative(story: s.Story) -> None:
        with story.window("negative", "g-big", free=3):
            story.gang("g-big")
            story.status("g-big")
            story.wait(90)

    story = told(s.ample, s.control, negative)
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert "let through" in because(story, c.OVERSIZED_GANG_WAITS)


def test_nothing_bound_without_a_reason_is_undecided() -> None:
    silent = replace(s.CELL, starts=ConditionWord(type="Started", status="True"))

    def negative(story: s.Story) -> None:
        with story.window("negative", "g-big", free=3):
            story.gang("g-big")
            story.status("g-big")  # looked at: neither waiting nor started
            story.wait(90)

    story = told(lambda st: s.ample(st, cell=silent), s.control, negative, cell=silent)
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert "no reason" in because(story, c.OVERSIZED_GANG_WAITS)


def test_a_gang_that_never_runs_does_not_lack_room() -> None:
    story = told(
        s.control,
        lambda st: s.negative(st, reason="device class is not supported"),
        lambda st: s.liveness(st, bound=0),
        cell=replace(s.CELL, full=False),
    )
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert "room may not be" in because(story, c.OVERSIZED_GANG_WAITS)


def test_a_quick_cell_holds_when_its_gang_runs_once_there_is_room() -> None:
    story = told(s.control, s.negative, s.liveness, cell=replace(s.CELL, full=False))
    assert outcomes(story) == {
        c.ENGINE_IN_CHARGE: "held",
        c.PLAIN_PODS_FILL: "held",
        c.OVERSIZED_GANG_WAITS: "held",
        c.EVERY_KIND: "held",
    }
    assert verdicts(story)[0] is Verdict.INCONCLUSIVE  # tried in part, so it cannot pass alone


def test_waiting_for_quota_is_not_waiting_for_room() -> None:
    cell = replace(s.CELL, quota_words=("insufficient quota",))
    story = told(
        s.ample,
        s.control,
        lambda st: s.negative(st, reason="insufficient quota for cpu", cell=cell),
        cell=cell,
    )
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert "quota" in because(story, c.OVERSIZED_GANG_WAITS)


def test_a_quota_below_the_gang_decides_nothing() -> None:
    story = told(s.ample, s.control, s.negative)
    story.observe(Quota(cell=s.CELL.id, pods=3))
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert "admits only 3" in because(story, c.OVERSIZED_GANG_WAITS)


@pytest.mark.parametrize("watch", ["pods", "groups"])
def test_a_gap_in_a_watch_decides_nothing(watch: str) -> None:
    def negative(story: s.Story) -> None:
        with story.window("negative", "g-big", free=3):
            story.gang("g-big")
            story.status("g-big", waits=s.REASON)
            story.gap(watch)
            story.wait(90)

    story = told(s.ample, s.control, negative)
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"
    assert f"the watch {watch}" in because(story, c.OVERSIZED_GANG_WAITS)


def test_interference_decides_nothing_until_the_step_was_repeated() -> None:
    def disturbed(story: s.Story) -> None:
        with story.window("control", "p1", free=3):
            story.gang("p1", plain=True)
            story.bind("p1", 2)
            story.interference(round_="native-dra/control/0/1")

    story = told(s.ample, disturbed)
    assert outcomes(story)[c.PLAIN_PODS_FILL] == "undecided"
    with story.window("control", "p2", attempt=2, free=3):
        story.gang("p2", plain=True)
        story.bind("p2", 3)
    assert outcomes(story)[c.PLAIN_PODS_FILL] == "held"


def test_more_room_than_measured_decides_nothing() -> None:
    story = told(s.ample, s.control, lambda st: s.negative(st, bound=4))
    assert outcomes(story)[c.OVERSIZED_GANG_WAITS] == "undecided"


def test_an_image_that_is_not_pulled_is_not_the_engines_fault() -> None:
    story = told(s.ample, s.control, s.negative, lambda st: s.liveness(st, bound=0, outside=True))
    assert outcomes(story)[c.WAITING_GANG_RUNS] == "undecided"
    assert "outside" in because(story, c.WAITING_GANG_RUNS)


def test_less_time_than_the_deadline_decides_nothing() -> None:
    story = told(s.ample, s.control, s.negative, lambda st: s.liveness(st, bound=0, seconds=20))
    assert outcomes(story)[c.WAITING_GANG_RUNS] == "undecided"


def test_bound_pods_whose_containers_do_not_start_decide_nothing() -> None:
    def slow(story: s.Story) -> None:
        with story.window("ample", "g1", free=8):
            story.gang("g1")
            story.bind("g1", 4, run=False)
            story.status("g1")
            story.wait(61)

    story = told(slow, s.control, s.negative)
    assert outcomes(story)[c.FITTING_GANG_RUNS] == "undecided"


def test_two_gangs_that_both_fit_decide_nothing() -> None:
    story = told(s.ample, s.control, s.negative, s.liveness)
    for number in (1, 2, 3):
        s.contention(story, number, second=4, then=4)
    assert outcomes(story)[c.ONE_OF_TWO_RUNS] == "undecided"


def test_a_step_that_was_not_reached_says_what_blocked_it() -> None:
    story = told(s.ample)
    story.add(Blocked, stage=f"{GROUP}: blockers", reason="quota refused", next_step="raise it")
    assert "quota refused" in because(story, c.OVERSIZED_GANG_WAITS)
    undecided = [f for f in judged(story).findings if f.claim == c.OVERSIZED_GANG_WAITS]
    assert [finding.next_step for finding in undecided] == ["raise it"]
    assert verdicts(story)[0] is Verdict.INCONCLUSIVE


# ---- what discovery found


def test_no_engine_is_inconclusive_and_names_those_known() -> None:
    story = s.Story()
    story.engines()
    findings = judged(story).findings
    assert {finding.outcome for finding in findings} == {Outcome.UNDECIDED}
    assert "Kueue" in findings[0].next_step
    assert verdicts(story) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)


def test_an_engine_without_adapter_is_inconclusive_by_its_name() -> None:
    story = s.Story()
    story.engines(without_adapter=("Volcano",))
    judgement = judged(story)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert judgement.because.startswith("Volcano: ")


def test_an_engine_without_adapter_does_not_hide_one_that_holds() -> None:
    story = s.healthy()
    story.engines("native", without_adapter=("Volcano",))
    assert verdicts(story) == (Verdict.PASS, Verdict.PASS)


def test_a_block_before_any_cell_is_told() -> None:
    story = s.Story()
    story.engines("native")
    story.add(Blocked, stage="free capacity", reason="no free CPU", next_step="free some")
    assert verdicts(story)[0] is Verdict.INCONCLUSIVE
    assert because(story, c.FITTING_GANG_RUNS) == "no free CPU"


def test_the_mode_that_was_seen_names_the_group() -> None:
    story = told(s.ample)
    story.observe(ModeSeen(cell=s.CELL.id, mode="quota only"))
    assert {f.group for f in judged(story).findings} == {"native quota only / DRA device", ""}
