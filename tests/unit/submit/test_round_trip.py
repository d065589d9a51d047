"""A submission of a run in which every MUST passes has nothing to be said against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.audit import audit
from plimsoll.audit.model import Kind, PlimsollRun
from plimsoll.errors import ExitCode
from plimsoll.evidence import verify
from plimsoll.lint import lint
from plimsoll.submission import checklist, load
from tests.unit.submission.real_data import checklists
from tests.unit.submit.made import (
    ABSENT,
    BROKEN,
    HELD,
    JUDGES,
    PRODUCT,
    must,
    product_file,
    submitted,
)

CERTIFIED = "https://github.com/cncf/k8s-conformance/tree/master"
VERSIONS = ("1.33", "1.34", "1.35", "1.36", "1.37")
SUITE = "".join(
    f"--- PASS: {name} (1.00s)\n"
    for name in (
        "TestSecureAcceleratorAccess",
        "TestGangScheduling",
        "TestAcceleratorClusterAutoscaling",
    )
)


def judged_again(folder: str) -> PlimsollRun:
    found = verify(Path(folder), JUDGES)
    plain = {line.again.requirement: str(line.again.verdict) for line in found.requirements}
    return PlimsollRun(path="", intact=not found.problems, verdicts=plain, strict_verdicts=plain)


@pytest.mark.parametrize(
    ("gang", "autoscaling", "strict"),
    [(HELD, HELD, HELD), (BROKEN, BROKEN, BROKEN), (HELD, ABSENT, BROKEN)],
)
def test_submit_then_audit_has_no_finding(
    tmp_path: Path, gang: str, autoscaling: str, strict: str
) -> None:
    outcomes = {"gang_scheduling": gang, "cluster_autoscaling": autoscaling}
    because = "the user says that the platform has no autoscaler ('fixed racks')"
    submitted(tmp_path, outcomes, because=because, strict={"gang_scheduling": strict})
    (audited,) = audit([load(product_file(tmp_path))], judged_again)
    found = [each for cell in audited.cells for each in cell.findings]
    assert ((*found, *audited.findings, *audited.problems), audited.runs[0].intact) == ((), True)
    assert {cell.kind for cell in audited.cells if cell.status} == {Kind.RUN}


@pytest.mark.parametrize("version", VERSIONS)
def test_submit_then_lint_has_no_finding(tmp_path: Path, version: str) -> None:
    path = checklists() / f"AIConformance-{version}.yaml"
    (tmp_path / "official").mkdir()
    (tmp_path / "official" / "e2e.log").write_text(SUITE)
    done = submitted(
        tmp_path,
        dict.fromkeys(must(f"v{version}"), HELD),
        text=path.read_text(),
        version=f"v{version}",
        metadata=PRODUCT | {"k8sConformanceUrl": f"{CERTIFIED}/v{version}/harbour"},
        official=tmp_path / "official",
    )
    again = lint(
        load(product_file(tmp_path, f"v{version}")), checklist(path.read_bytes(), path.name)
    )
    assert (done.findings, again) == ((), [])
    assert done.exit_code == ExitCode.PASS
