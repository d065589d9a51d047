"""A run of Plimsoll inside a submission speaks with what its facts give, and only when intact."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.audit.model import Kind, PlimsollRun, SubmissionAudit
from plimsoll.audit.runs import FILES, with_runs
from plimsoll.submission import Severity, load
from tests.unit.audit.across.stand import one, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a submission with a folder that looks like a run."""
    path = write(tmp_path, "v1.34/harbour", {"gang_scheduling": (["runs/a/report.html"], "")})
    make(path.parent / "runs" / "a")
    return path


def make(run: Path) -> None:
    run.mkdir(parents=True)
    for name in FILES:
        (run / name).write_text("{}")


def audited(
    path: Path, *, verdict: str = "PASS", intact: bool = True, asked: list[str] | None = None
) -> SubmissionAudit:
    def verify(folder: str) -> PlimsollRun:
        if asked is not None:
            asked.append(folder)
        problems = () if intact else ("facts.jsonl was changed", "extra is not in the manifest")
        verdicts = {"gang_scheduling": verdict}
        return PlimsollRun(path="", intact=intact, verdicts=verdicts, problems=problems)

    loaded = load(path)
    return with_runs(one(loaded), loaded, verify)


def test_evidence_in_an_intact_run_is_a_recorded_run(path: Path) -> None:
    asked: list[str] = []
    audit = audited(path, asked=asked)
    assert asked == [str(path.parent / "runs" / "a")]
    assert [run.path for run in audit.runs] == ["runs/a"]
    (cell,) = audit.cells
    assert (cell.kind, cell.findings, audit.findings) == (Kind.RUN, (), ())
    assert cell.readings[0].because == (
        "a run of Plimsoll, its hashes verified and its facts judged again: PASS"
    )


def test_a_fail_behind_an_implemented_contradicts_it(path: Path) -> None:
    (cell,) = audited(path, verdict="FAIL").cells
    (finding,) = cell.findings
    assert cell.contradicted
    assert finding.what == (
        f"contradicted by {path.parent}/runs/a/verdicts.json: "
        "the facts of this run, judged again, give FAIL"
    )


@pytest.mark.parametrize("verdict", ["INCONCLUSIVE", "UNKNOWN", "SKIPPED", "NOT_APPLICABLE"])
def test_any_other_verdict_does_not_demonstrate_it(path: Path, verdict: str) -> None:
    (cell,) = audited(path, verdict=verdict).cells
    (finding,) = cell.findings
    assert (finding.severity, cell.contradicted) == (Severity.WARNING, False)
    assert finding.what.endswith(f"give {verdict}")


def test_what_claims_nothing_is_not_contradicted(path: Path) -> None:
    path.write_text(path.read_text().replace("Implemented", "Not Implemented"))
    (cell,) = audited(path, verdict="FAIL").cells
    assert cell.findings == ()


def test_a_damaged_run_counts_for_nothing(path: Path) -> None:
    audit = audited(path, intact=False)
    (finding,) = audit.findings
    assert audit.cells[0].kind is Kind.PROSE
    assert finding.what == (
        "not demonstrated by this run of Plimsoll: facts.jsonl was changed (and 1 more)"
    )


def test_a_run_that_no_cell_names_is_found(path: Path) -> None:
    make(path.parent / "more")
    assert [run.path for run in audited(path).runs] == ["more", "runs/a"]


def test_the_run_of_a_submission_further_down_is_not_this_ones(path: Path) -> None:
    below = path.parent / "v1.35" / "lagoon"
    below.mkdir(parents=True)
    (below / "PRODUCT.yaml").write_text("")
    make(below / "run")
    assert [run.path for run in audited(path).runs] == ["runs/a"]


def test_manifest_alone_is_no_run(path: Path) -> None:
    (path.parent / "runs" / "a" / "facts.jsonl").unlink()
    assert audited(path).runs == ()


@pytest.mark.parametrize("name", ["verdicts.json", "report.html", "junit.xml"])
def test_a_run_with_a_link_is_not_opened(path: Path, tmp_path: Path, name: str) -> None:
    file = path.parent / "runs" / "a" / name
    file.unlink()
    file.symlink_to(tmp_path)
    asked: list[str] = []
    (run,) = audited(path, asked=asked).runs
    assert (asked, run.intact) == ([], False)
    assert run.problems == (f"{name}: {name} is a symbolic link",)
