"""Whatever is added brings its test and its words: this file asks for both."""

from __future__ import annotations

import tomllib
from inspect import iscoroutinefunction
from pathlib import Path

import pytest

from docs.generate import leaves
from plimsoll import checks
from plimsoll.cli import COMMANDS
from plimsoll.embedded import faults
from plimsoll.standard.requirements import REQUIREMENTS

ROOT = Path(__file__).parents[2]
FAULTS = faults.registry()


def test_there_are_checks() -> None:
    assert set(checks.available()) >= {
        "dra_support",
        "secure_accelerator_access",
        "gang_scheduling",
    }


@pytest.mark.parametrize("requirement", checks.available())
def test_check_has_faults_that_it_must_catch(requirement: str) -> None:
    assert [fault.name for fault in FAULTS.values() if fault.requirement == requirement] != []


@pytest.mark.parametrize("requirement", checks.available())
def test_check_has_a_live_test(requirement: str) -> None:
    assert (ROOT / "tests" / "live" / f"test_check_{requirement}.py").is_file()


@pytest.mark.parametrize("requirement", checks.available())
def test_check_page_names_every_claim(requirement: str) -> None:
    page = (ROOT / "docs" / "checks" / f"{requirement}.md").read_text()
    missing = [claim.id for claim in checks.claims(requirement) if f"`{claim.id}`" not in page]
    assert missing == []


@pytest.mark.parametrize("requirement", checks.available())
def test_check_has_a_unit_test_for_every_claim(requirement: str) -> None:
    folder = ROOT / "tests" / "unit" / "checks" / requirement
    text = "\n".join(path.read_text() for path in folder.glob("test_*.py"))
    missing = [claim.id for claim in checks.claims(requirement) if claim.id not in text]
    assert missing == []


@pytest.mark.parametrize("requirement", checks.available())
def test_check_says_once_what_each_claim_needs(requirement: str) -> None:
    demands = checks.observer(requirement).NEEDS.demands
    declared = sorted(claim.id for claim in checks.claims(requirement))
    assert declared == sorted(claim for demand in demands for claim in demand.claims)


@pytest.mark.parametrize("requirement", checks.available())
def test_check_offers_samples_to_preflight(requirement: str) -> None:
    assert iscoroutinefunction(checks.observer(requirement).samples)


@pytest.mark.parametrize("requirement", checks.available())
def test_judge_is_held_pure_by_a_contract(requirement: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    pure = next(c for c in contracts["contracts"] if c["name"] == "judging is pure")
    assert f"plimsoll.checks.{requirement}.judge" in pure["source_modules"]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_fault_names_a_known_requirement(fault: faults.Fault) -> None:
    assert fault.requirement in REQUIREMENTS


@pytest.mark.parametrize("name", FAULTS)
def test_fault_stands_in_the_table(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "faults.md").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented_with_every_option(command: str) -> None:
    page = (ROOT / "docs" / "commands.md").read_text()
    options = {
        name
        for _, leaf in leaves(command)
        for argument in leaf.assemble_argument_collection()
        for name in argument.names
        if name.startswith("--") and not name.startswith("--no-")
    }
    assert f"## plimsoll {command}" in page
    assert sorted(option for option in options if f"`{option}`" not in page) == []
