"""The official tests are known, or known to be missing, for every requirement."""

from __future__ import annotations

import pytest

from plimsoll.standard.official import OFFICIAL, SUITES, OfficialTest, Standing
from plimsoll.standard.requirements import REQUIREMENTS

TESTS = [test for tests in OFFICIAL.values() for test in tests]


def test_every_requirement_has_an_entry() -> None:
    assert set(REQUIREMENTS) == set(OFFICIAL)


def test_validated_are_those_that_the_validator_reads() -> None:
    # the table `autoTestedRequirements` of the programme's validator for v1.37
    validated = {
        requirement: test.names
        for requirement, tests in OFFICIAL.items()
        for test in tests
        if test.standing is Standing.VALIDATED
    }
    assert validated == {
        "secure_accelerator_access": ("TestSecureAcceleratorAccess",),
        "gang_scheduling": ("TestGangScheduling",),
        "cluster_autoscaling": ("TestAcceleratorClusterAutoscaling",),
    }


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.names[0])
def test_each_says_where_it_comes_from_and_what_it_needs(test: OfficialTest) -> None:
    assert test.suite in SUITES
    assert test.needs
    assert test.command


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.names[0])
def test_the_command_runs_the_test(test: OfficialTest) -> None:
    if test.suite == "ai-conformance":
        assert test.command[0] == f"go test -v ./test -run '^{test.names[0]}$'"
