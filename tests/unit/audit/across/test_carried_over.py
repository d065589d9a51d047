"""A list of evidence that an earlier version has, letter by letter, is said, with since when."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.audit.across.stand import audited, said, write

RULE = "carried-over"
OLD = {"gang_scheduling": (["https://docs.example.com/gang"], "")}


def test_an_unchanged_list_is_said_with_the_version_since_when(tmp_path: Path) -> None:
    for version in ("v1.33", "v1.34", "v1.35"):
        write(tmp_path, f"{version}/harbour", OLD)
    found = said(audited(tmp_path), RULE)
    assert [(title, requirement) for title, requirement, _ in found] == [
        ("v1.34/harbour", "gang_scheduling"),
        ("v1.35/harbour", "gang_scheduling"),
    ]
    last = found[-1][2]
    assert last.what == (
        "the evidence is, letter by letter, that of v1.33/harbour "
        "(v1.33/harbour/PRODUCT.yaml:11:18)"
    )
    assert last.quote == "https://docs.example.com/gang"


def test_one_changed_letter_is_a_new_list(tmp_path: Path) -> None:
    write(tmp_path, "v1.33/harbour", OLD)
    write(tmp_path, "v1.34/harbour", {"gang_scheduling": (["https://docs.example.com/Gang"], "")})
    assert said(audited(tmp_path), RULE) == []


def test_it_is_no_longer_ago_than_the_list_is_unbroken(tmp_path: Path) -> None:
    write(tmp_path, "v1.33/harbour", OLD)
    write(tmp_path, "v1.34/harbour", {"gang_scheduling": (["other.md"], "")})
    write(tmp_path, "v1.35/harbour", OLD)
    assert said(audited(tmp_path), RULE) == []


def test_a_version_that_skipped_one_is_compared_with_the_nearest_before(tmp_path: Path) -> None:
    write(tmp_path, "v1.33/harbour", OLD)
    write(tmp_path, "v1.35/harbour", OLD)
    assert [title for title, _, _ in said(audited(tmp_path), RULE)] == ["v1.35/harbour"]


def test_one_of_which_nothing_was_read_hides_no_earlier_one(tmp_path: Path) -> None:
    write(tmp_path, "v1.33/harbour", OLD)
    write(tmp_path, "v1.34/harbour", OLD).write_text("metadata: [")
    write(tmp_path, "v1.35/harbour", OLD)
    assert [title for title, _, _ in said(audited(tmp_path), RULE)] == ["v1.35/harbour"]


def test_no_evidence_is_not_carried_over(tmp_path: Path) -> None:
    for version in ("v1.33", "v1.34"):
        write(tmp_path, f"{version}/harbour", {"a": ([""], ""), "b": ([], "")})
    assert said(audited(tmp_path), RULE) == []


def test_new_files_under_old_names_are_named(tmp_path: Path) -> None:
    for version in ("v1.33", "v1.34"):
        path = write(tmp_path, f"{version}/harbour", {"a": (["run.log"], "")})
        (path.parent / "run.log").write_text(f"recorded on {version}\n" * 20)
    ((_, _, finding),) = said(audited(tmp_path), RULE)
    assert finding.what.endswith("; these files are new under the same name: run.log")


@pytest.mark.parametrize("name", ["HARBOUR", "Harbour"])
def test_a_folder_of_other_case_is_the_same_product(tmp_path: Path, name: str) -> None:
    write(tmp_path, "v1.33/harbour", OLD)
    write(tmp_path, f"v1.34/{name}", OLD)
    assert len(said(audited(tmp_path), RULE)) == 1


def test_a_renamed_folder_is_known_by_platform_and_vendor(tmp_path: Path) -> None:
    old = write(tmp_path, "v1.33/harbour", OLD, vendor="Pier")
    new = write(tmp_path, "v1.34/quay", OLD, vendor="Pier")
    new.write_text(new.read_text().replace("quay platform", "harbour platform"))
    assert len(said(audited(tmp_path), RULE)) == 1
    old.write_text(old.read_text().replace("Pier", "Other"))
    assert said(audited(tmp_path), RULE) == []
