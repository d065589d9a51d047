"""The printed plan: what claims need, what stays undecided, the official tests, in 80 columns."""

from __future__ import annotations

import pytest

from plimsoll import checks
from plimsoll.cli.plan_view import plan_lines
from plimsoll.harness import Demand, Needs, Options, Rule
from plimsoll.harness.plan import make_plan
from plimsoll.standard.official import OFFICIAL
from plimsoll.standard.requirements import REQUIREMENTS

NEEDS = {
    "secure_accelerator_access": Needs(
        minutes=2,
        accelerators=2,
        rules=(
            Rule(
                groups=("g",), resources=("things",), verbs=("get",), purpose="see", optional=True
            ),
        ),
        demands=(
            Demand(claims=("alone",), accelerators=1),
            Demand(claims=("apart",), accelerators=2, same_node=True, remark="near each other"),
        ),
    ),
    "gang_scheduling": Needs(
        minutes=1,
        demands=(
            Demand(claims=("whole", "none"), accelerators=2, beside_reserve=True, otherwise="CPU"),
        ),
    ),
}


def lines(
    needs: dict[str, Needs], limit: int | None = 2, reserve: float = 0.2, *, whole: bool = False
) -> list[str]:
    plan = make_plan(needs, Options(), "v1.37")
    return list(plan_lines(plan, skipped={}, limit=limit, reserve=reserve, whole=whole))


def test_what_claims_need() -> None:
    text = "\n".join(lines(NEEDS))
    assert "    1 free accelerator, 1 node:\n      alone\n" in text
    assert (
        "    2 free accelerators on one node:\n      apart\n      note: near each other\n" in text
    )
    assert "    3 free accelerators (2 beside the reserve of 20%), 1 node:\n      whole" in text


def test_what_stays_undecided() -> None:
    printed = lines(NEEDS)
    assert [line for line in printed if "one accelerator in all" in line] == [
        "    one accelerator in all: apart",
        "    one accelerator in all: every claim, unless decided by CPU",
    ]
    assert [line for line in printed if "one accelerator per node" in line] == [
        "    one accelerator per node: apart",
        "    one accelerator per node: nothing",
    ]


@pytest.mark.parametrize(("limit", "expected"), [(1, ["    --max-accelerators 1: apart"]), (2, [])])
def test_what_the_limit_leaves_undecided(limit: int, expected: list[str]) -> None:
    secure = {"secure_accelerator_access": NEEDS["secure_accelerator_access"]}
    assert expected == [line for line in lines(secure, limit) if "--max-accelerators" in line]


def test_optional_rights_say_so() -> None:
    assert "    get things.g (own namespace, optional): see" in lines(NEEDS)


def test_official_tests_stand_beside_the_check() -> None:
    printed = lines(NEEDS)
    assert "    TestSecureAcceleratorAccess" in printed
    assert "    $ go test -v ./test -run '^TestSecureAcceleratorAccess$' \\" in printed
    assert "    TestAIServiceMetrics" not in printed


def test_the_whole_plan_names_every_requirement_and_official_test() -> None:
    printed = lines(NEEDS, whole=True)
    headings = [
        line.partition(":")[0] for line in printed if line.partition(":")[0] in REQUIREMENTS
    ]
    assert sorted(REQUIREMENTS) == sorted(headings)
    joined = " ".join(" ".join(printed).split())
    names = [name for tests in OFFICIAL.values() for test in tests for name in test.names]
    assert [name for name in names if name not in joined] == []
    assert sum(not tests for tests in OFFICIAL.values()) == printed.count("  no official test yet")


def test_real_plans_fit_80_columns() -> None:
    needs = {name: checks.observer(name).NEEDS for name in checks.available()}
    assert [line for line in lines(needs, limit=1, whole=True) if len(line) > 80] == []
