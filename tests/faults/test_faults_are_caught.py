"""A broken platform gets the verdicts that its fault expects, plain and strict.

One fault per requirement runs here; `make test-faults` runs the whole table.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll import checks, cli
from plimsoll.embedded import faults
from plimsoll.errors import ExitCode
from plimsoll.standard.verdicts import Verdict

# The last entry of a requirement stays: one that must FAIL, where there is such a fault.
ONE_PER_REQUIREMENT = {
    entry.requirement: name
    for name, entry in sorted(
        faults.registry().items(), key=lambda item: item[1].expected is Verdict.FAIL
    )
} | {  # where another one of those is much quicker
    "accelerator_metrics": "metrics-identities-swapped",
    "cluster_autoscaling": "autoscaler-fixed-pool",
}


def test_one_fault_of_every_requirement_is_among_them() -> None:
    assert {
        requirement: faults.get(name).requirement
        for requirement, name in ONE_PER_REQUIREMENT.items()
    } == {requirement: requirement for requirement in checks.available()}


@pytest.mark.parametrize("name", ONE_PER_REQUIREMENT.values())
def test_fault_is_caught(name: str, broken_platform: str, tmp_path: Path) -> None:
    status = cli.run(
        ["fault", "run", name, "--name", broken_platform, "--keep", "--out", str(tmp_path)]
    )
    assert status == ExitCode.PASS
