"""What must not be submitted is refused, before anything is written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from plimsoll.errors import ExitCode, PlimsollError, UsageError
from plimsoll.evidence import EvidenceError
from plimsoll.submit import submit
from tests.unit.submit.made import HELD, make_run, product_file, request, submitted


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", {"gang_scheduling": HELD})


def test_a_changed_run_is_refused(run: Path, tmp_path: Path) -> None:
    (run / "report.html").write_text("<p>all is well")
    with pytest.raises(EvidenceError, match=r"report\.html was changed") as caught:
        submit(request(run, tmp_path / "out"))
    assert caught.value.exit_code == ExitCode.TOOL_FAILED
    assert not (tmp_path / "out").exists()


def test_a_link_in_the_run_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    (run / "extra").symlink_to(tmp_path / "secret")
    with pytest.raises(EvidenceError, match="symbolic link"):
        submit(request(run, tmp_path / "out"))


def test_a_linked_folder_in_the_run_is_refused(run: Path, tmp_path: Path) -> None:
    (run / "extra").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(EvidenceError, match="symbolic link"):
        submit(request(run, tmp_path / "out"))


def test_a_pipe_in_the_run_is_refused(run: Path, tmp_path: Path) -> None:
    os.mkfifo(run / "pipe")
    with pytest.raises(EvidenceError, match="not a regular file"):
        submit(request(run, tmp_path / "out"))


def test_a_run_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"run is of Kubernetes v1\.35\.1, .* is for v1\.36"):
        submitted(tmp_path, {"gang_scheduling": HELD}, version="v1.35")


def test_a_run_judged_by_another_checklist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"judged by the checklist of v1\.37"):
        submitted(tmp_path, {"gang_scheduling": HELD}, standard="v1.37")


def test_a_foreign_folder_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("")
    with pytest.raises(PlimsollError, match=r"thesis\.tex and was not written by"):
        submit(request(run, tmp_path / "out"))


def test_a_name_that_no_run_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no run folder"):
        submit(request(tmp_path / ("x" * 300), tmp_path / "out"))


def test_a_name_that_no_folder_can_have_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(PlimsollError, match="File name too long"):
        submit(request(run, tmp_path / ("x" * 300)))


def test_a_file_in_the_way_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(PlimsollError, match="is a file"):
        submit(request(run, tmp_path / "out"))


def test_a_folder_in_the_run_is_refused(run: Path) -> None:
    with pytest.raises(PlimsollError, match="lies in the run folder"):
        submit(request(run, run / "submission"))


def test_a_folder_in_the_copy_of_a_run_is_refused(run: Path, tmp_path: Path) -> None:
    submit(request(run, tmp_path / "out"))
    with pytest.raises(PlimsollError, match="lies in the run folder"):
        submit(request(run, tmp_path / "out" / "plimsoll-run" / "again"))


def test_a_folder_in_the_place_of_the_product_file_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "PRODUCT.yaml").mkdir(parents=True)
    with pytest.raises(PlimsollError, match=r"PRODUCT\.yaml is a folder"):
        submit(request(run, tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["PRODUCT.yaml"]


@pytest.mark.parametrize("name", ["PRODUCT.yaml", "evidence/gang_scheduling.md", "SHA256SUMS"])
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    path = product_file(tmp_path).parent / name
    (tmp_path / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlimsollError, match="not a regular file"):
        submitted(tmp_path, {"gang_scheduling": HELD})


def test_nothing_is_written_into_a_linked_folder(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    folder = product_file(tmp_path).parent / "evidence"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlimsollError, match="not a regular file"):
        submitted(tmp_path, {"gang_scheduling": HELD})


def test_a_product_file_that_does_not_parse_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "PRODUCT.yaml").write_text("metadata: [")
    with pytest.raises(PlimsollError, match=r"PRODUCT\.yaml:2:1: did not"):
        submit(request(run, tmp_path / "out"))


def test_a_submission_of_another_version_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    text = "metadata:\n  kubernetesVersion: v1.35\nspec: {}\n"
    (tmp_path / "out" / "PRODUCT.yaml").write_text(text)
    with pytest.raises(PlimsollError, match=r"is for v1\.35, the checklist for v1\.36"):
        submit(request(run, tmp_path / "out"))


def test_a_copy_of_the_run_that_was_changed_is_refused(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    (product_file(tmp_path).parent / "plimsoll-run" / "facts.jsonl").write_text("{}")
    with pytest.raises(PlimsollError, match=r"plimsoll-run/facts\.jsonl was changed after it was"):
        submitted(tmp_path, {"gang_scheduling": HELD})


def test_a_broken_memory_says_what_to_do(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    (product_file(tmp_path).parent / ".plimsoll-submit.json").write_text("{")
    with pytest.raises(PlimsollError, match=r"\.plimsoll-submit\.json is damaged") as caught:
        submitted(tmp_path, {"gang_scheduling": HELD})
    assert caught.value.next_step.endswith("then counts as yours")


def test_a_memory_removes_nothing_outside(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    (tmp_path / "thesis.tex").write_text("")
    memory = product_file(tmp_path).parent / ".plimsoll-submit.json"
    page = '"evidence/gang_scheduling.md"'
    assert page in memory.read_text()
    nothing = hashlib.sha256(b"").hexdigest()
    more = f'"evidence/../../../thesis.tex": "{nothing}", {page}'
    memory.write_text(memory.read_text().replace(f"{page}:", f"{more}:"))
    submitted(tmp_path, {"gang_scheduling": HELD})
    assert (tmp_path / "thesis.tex").exists()
