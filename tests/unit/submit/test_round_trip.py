"""A submission of a run in which every MUST passes has nothing to be said against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.errors import ExitCode
from plimsoll.lint import lint
from plimsoll.submission import checklist, load
from tests.unit.submission.real_data import checklists
from tests.unit.submit.made import HELD, PRODUCT, must, product_file, submitted

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
