"""Whatever byte of a run folder is changed: verify never passes it over and never breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.errors import ExitCode, PlimsollError
from plimsoll.evidence import verify, write_run
from tests.unit.evidence.story import JUDGES, small

HASHED = ["facts.jsonl", "verdicts.json", "report.html", "junit.xml", "results.json"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small().save(tmp_path_factory.mktemp("run"))
    write_run(folder, JUDGES)
    return folder


def exit_code(folder: Path) -> ExitCode:
    try:
        return verify(folder, JUDGES).exit_code
    except PlimsollError as error:
        return error.exit_code


def with_damage(folder: Path, name: str, place: int, byte: int) -> ExitCode:
    path = folder / name
    whole = path.read_bytes()
    at = place % len(whole)
    changed = whole[:at] + bytes([whole[at] ^ byte]) + whole[at + 1 :]
    try:
        path.write_bytes(changed)
        return exit_code(folder)
    finally:
        path.write_bytes(whole)


SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(st.sampled_from(HASHED), st.integers(0, 10**6), st.integers(1, 255))
def test_no_changed_byte_is_passed_over(run: Path, name: str, place: int, byte: int) -> None:
    assert with_damage(run, name, place, byte) == ExitCode.TOOL_FAILED


@SETTINGS
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_no_changed_manifest_breaks_verify(run: Path, place: int, byte: int) -> None:
    assert with_damage(run, "manifest.json", place, byte) in {
        ExitCode.PASS,  # the tool's version and blanks say nothing of the run
        ExitCode.TOOL_FAILED,
    }


@SETTINGS
@given(st.sampled_from([*HASHED, "manifest.json"]), st.binary(max_size=200))
def test_no_other_content_is_passed_over(run: Path, name: str, content: bytes) -> None:
    path = run / name
    whole = path.read_bytes()
    try:
        path.write_bytes(content)
        assert exit_code(run) == ExitCode.TOOL_FAILED
    finally:
        path.write_bytes(whole)
