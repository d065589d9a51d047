"""One page behind everything is said once, with its count; a file of results is not a page."""

from __future__ import annotations

from pathlib import Path

from plimsoll.audit.model import Kind
from plimsoll.submission import Severity
from tests.unit.audit.across.stand import audited, said, write

RULE = "same-evidence-for-every-cell"
PAGE = "https://docs.example.com/conformance"
IDS = ("dra_support", "ai_inference", "gang_scheduling", "pod_autoscaling")


def test_one_page_for_all_cells_is_said_once(tmp_path: Path) -> None:
    write(tmp_path, "v1.34/harbour", {each: ([f"{PAGE}#{each}"], "") for each in IDS})
    ((title, requirement, finding),) = said(audited(tmp_path), RULE)
    assert (title, requirement) == ("v1.34/harbour", "")
    assert finding.what.startswith(f"{PAGE} stands behind 4 of 4 cells with evidence, at 4 ")
    assert (finding.severity, finding.quote) == (Severity.NOTE, f"{PAGE}#dra_support")
    assert str(finding.place) == "v1.34/harbour/PRODUCT.yaml:11:18"


def test_three_of_four_is_nearly_all_and_four_of_six_is_not(tmp_path: Path) -> None:
    cells = {each: ([PAGE], "") for each in IDS}
    write(tmp_path, "v1.34/near", {**cells, "robust_controller": (["https://other.example"], "")})
    others = {"a": (["https://a.example"], ""), "b": (["https://b.example"], "")}
    write(tmp_path, "v1.34/far", {**cells, **others})
    assert [title for title, _, _ in said(audited(tmp_path), RULE)] == ["v1.34/near"]


def test_three_cells_are_too_few(tmp_path: Path) -> None:
    write(tmp_path, "v1.34/harbour", {each: ([PAGE], "") for each in IDS[:3]})
    assert said(audited(tmp_path), RULE) == []


def test_one_file_of_results_for_everything_is_how_suites_work(tmp_path: Path) -> None:
    write(tmp_path, "v1.34/harbour", {each: (["junit.xml"], "") for each in IDS})
    assert said(audited(tmp_path, {".xml": Kind.RUN}), RULE) == []
    assert len(said(audited(tmp_path, {".xml": Kind.PROSE}), RULE)) == 1
