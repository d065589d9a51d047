"""A file of the earlier version, byte for byte, shows nothing of this one when it was recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.audit.model import Kind
from plimsoll.submission import Severity
from tests.unit.audit.across.stand import audited, said, write

RULE = "carried-over-file"


def two(folder: Path, old: str, new: str) -> None:
    for version, name, text in (("v1.33", "old.md", old), ("v1.34", "new.md", new)):
        path = write(folder, f"{version}/harbour", {"gang_scheduling": ([name], "")})
        (path.parent / name).write_text(text)


@pytest.mark.parametrize("kind", [Kind.RUN, Kind.TRANSCRIPT])
def test_a_recorded_file_of_the_version_before_is_not_demonstrated(
    tmp_path: Path, kind: Kind
) -> None:
    two(tmp_path, "$ kubectl get pods\n" * 20, "$ kubectl get pods\n" * 20)
    ((title, requirement, finding),) = said(audited(tmp_path, {".md": kind}), RULE)
    assert (title, requirement) == ("v1.34/harbour", "gang_scheduling")
    assert finding.severity is Severity.WARNING
    assert finding.what == (
        "not demonstrated for v1.34: new.md is byte for byte v1.33/harbour/old.md"
    )
    assert str(finding.place) == "v1.34/harbour/new.md"


def test_a_page_of_prose_may_stay_as_it_is(tmp_path: Path) -> None:
    two(tmp_path, "It works.\n" * 30, "It works.\n" * 30)
    ((_, _, finding),) = said(audited(tmp_path, {".md": Kind.PROSE}), RULE)
    assert (finding.severity, finding.what) == (
        Severity.NOTE,
        "new.md is byte for byte v1.33/harbour/old.md",
    )


def test_another_byte_makes_another_file(tmp_path: Path) -> None:
    two(tmp_path, "$ kubectl get pods\n" * 20, "$ kubectl get pods\n" * 19 + "$ kubectl get podz\n")
    assert said(audited(tmp_path, {".md": Kind.RUN}), RULE) == []


def test_files_of_a_few_bytes_are_alike_by_chance(tmp_path: Path) -> None:
    two(tmp_path, "see the logs\n", "see the logs\n")
    assert said(audited(tmp_path, {".md": Kind.RUN}), RULE) == []
