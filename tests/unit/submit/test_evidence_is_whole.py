"""The run lies in the submission byte for byte and still verifies; every file is hashed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from plimsoll.evidence import verify
from plimsoll.submit import submit
from tests.unit.submit.made import BROKEN, HELD, JUDGES, product_file, request, submitted


def test_the_copy_is_the_run(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    copy = product_file(tmp_path).parent / "plimsoll-run"
    original = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == original


def test_the_copy_verifies(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD, "cluster_autoscaling": BROKEN})
    found = verify(product_file(tmp_path).parent / "plimsoll-run", JUDGES)
    assert (found.problems, len(found.requirements)) == ([], 2)


def test_a_newer_run_takes_the_place_of_the_older(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    folder = product_file(tmp_path).parent
    assert (folder / "plimsoll-run" / "facts.jsonl").read_bytes() == (
        tmp_path / "later" / "facts.jsonl"
    ).read_bytes()
    assert verify(folder / "plimsoll-run", JUDGES).problems == []


def test_a_submission_can_be_written_again_from_the_copy(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    out = product_file(tmp_path).parent
    assert submit(request(out / "plimsoll-run", out)).changes == ()


def test_every_file_has_its_hash(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    folder = product_file(tmp_path).parent
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert listed == {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in {"PRODUCT.yaml", "SHA256SUMS", ".plimsoll-submit.json"}
    }


def test_nothing_is_left_lying_about(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    names = {path.name for path in product_file(tmp_path).parent.iterdir()}
    assert names == {
        "PRODUCT.yaml",
        "SHA256SUMS",
        ".plimsoll-submit.json",
        "evidence",
        "plimsoll-run",
    }
