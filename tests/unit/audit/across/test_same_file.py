"""A file that another vendor has byte for byte is said, and who has it for the earlier version."""

from __future__ import annotations

from pathlib import Path

from plimsoll.submission import Severity
from tests.unit.audit.across.stand import audited, said, write

RULE = "same-file-elsewhere"
LOG = "kubectl get resourceslices\n" * 20


def holder(folder: Path, title: str, name: str, vendor: str = "") -> None:
    path = write(folder, title, {"dra_support": ([name], "")}, vendor=vendor)
    (path.parent / name).write_text(LOG)


def test_the_later_of_two_vendors_is_told_who_has_it_earlier(tmp_path: Path) -> None:
    holder(tmp_path, "v1.33/harbour", "run.log")
    holder(tmp_path, "v1.34/lagoon", "ours.log")
    ((title, requirement, finding),) = said(audited(tmp_path), RULE)
    assert (title, requirement) == ("v1.34/lagoon", "dra_support")
    assert finding.severity is Severity.WARNING
    assert finding.what == (
        "ours.log is byte for byte v1.33/harbour/run.log; "
        "v1.33/harbour, of another vendor, has it for the earlier version"
    )


def test_for_one_version_neither_is_the_first(tmp_path: Path) -> None:
    holder(tmp_path, "v1.34/harbour", "run.log")
    holder(tmp_path, "v1.34/lagoon", "run.log")
    found = said(audited(tmp_path), RULE)
    assert [title for title, _, _ in found] == ["v1.34/harbour", "v1.34/lagoon"]
    assert {finding.severity for _, _, finding in found} == {Severity.NOTE}
    assert all("do not say who was first" in finding.what for _, _, finding in found)


def test_one_vendors_products_may_share_a_file(tmp_path: Path) -> None:
    holder(tmp_path, "v1.33/harbour", "run.log", vendor="Pier (International)")
    holder(tmp_path, "v1.34/lagoon", "run.log", vendor="PIER")
    assert said(audited(tmp_path), RULE) == []
