"""Called again, submit keeps what a person changed and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.submission import Cell, load
from plimsoll.submission.editing import apply, set_list, set_text
from plimsoll.submit import Submitted
from plimsoll.submit.folder import Target
from tests.unit.submit.made import BROKEN, HELD, OPEN, PRODUCT, product_file, submitted

PAGE = "evidence/gang_scheduling.md"


def gang(folder: Path) -> Cell:
    return load(product_file(folder)).submission.cells[0]


def edit(folder: Path, key: str, value: str) -> None:
    path = product_file(folder)
    text = path.read_bytes().decode()
    path.write_bytes(apply(text, set_text(text, gang(folder).node, key, value)).encode())


def link(folder: Path, *links: str) -> None:
    path = product_file(folder)
    text = path.read_text()
    path.write_text(apply(text, set_list(text, gang(folder).node, "evidence", links)))


def said(done: Submitted) -> dict[str, str]:
    return {change.what: change.kind for change in done.changes}


def test_nothing_changes_without_a_reason(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    before = product_file(tmp_path).read_bytes()
    done = submitted(tmp_path, {"gang_scheduling": HELD})
    assert (done.changes, product_file(tmp_path).read_bytes()) == ((), before)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(notes=st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_notes_survive(tmp_path: Path, notes: str) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    edit(tmp_path, "notes", notes)
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    assert gang(tmp_path).notes == notes
    product_file(tmp_path).unlink()


def test_a_cell_that_a_person_filled_stays_filled(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": OPEN, "cluster_autoscaling": HELD})
    edit(tmp_path, "status", "Implemented")
    edit(tmp_path, "notes", "By hand, see the log.")
    done = submitted(tmp_path, {"gang_scheduling": OPEN, "cluster_autoscaling": HELD})
    assert (gang(tmp_path).status, gang(tmp_path).notes) == ("Implemented", "By hand, see the log.")
    assert said(done) == {"gang_scheduling.status": "kept", "gang_scheduling.notes": "kept"}


def test_what_submit_wrote_follows_the_new_run(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    done = submitted(tmp_path, {"gang_scheduling": OPEN}, run="later")
    cell = gang(tmp_path)
    assert (cell.status, cell.evidence, cell.notes) == ("", (), "")
    assert said(done) == {
        "gang_scheduling.status": "updated",
        "gang_scheduling.notes": "updated",
        "gang_scheduling.evidence": "updated",
        "plimsoll-run": "updated",
        PAGE: "removed",
    }


def test_a_claim_that_the_run_speaks_against_is_kept_and_shown(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": OPEN})
    edit(tmp_path, "status", "Implemented")
    done = submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    assert gang(tmp_path).status == "Implemented"
    assert done.cells[0].overclaims


def test_links_that_a_person_added_stay(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    mine = [each.value for each in gang(tmp_path).evidence]
    link(tmp_path, "https://docs.harbour.dev/gangs", *mine)
    submitted(tmp_path, {"gang_scheduling": HELD})
    kept = [each.value for each in gang(tmp_path).evidence]
    assert sorted(kept) == sorted(["https://docs.harbour.dev/gangs", *mine])
    submitted(tmp_path, {"gang_scheduling": OPEN}, run="later")
    assert [e.value for e in gang(tmp_path).evidence] == ["https://docs.harbour.dev/gangs"]


def test_links_that_a_person_took_out_stay_out(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    link(tmp_path, PAGE)
    submitted(tmp_path, {"gang_scheduling": HELD})
    submitted(tmp_path, {"gang_scheduling": HELD}, run="later")
    assert [each.value for each in gang(tmp_path).evidence] == [PAGE]


def test_metadata_that_a_person_changed_stays(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    path = product_file(tmp_path)
    path.write_text(path.read_text().replace('"2.4"', "'2.5'  # since May"))
    changed = PRODUCT | {"platformVersion": "3.0", "description": "More berths"}
    done = submitted(tmp_path, {"gang_scheduling": HELD}, metadata=changed)
    read = load(path).submission
    assert (read.metadata("platformVersion"), read.metadata("description")) == (
        "2.5",
        "More berths",
    )
    assert said(done) == {
        "metadata.platformVersion": "kept",
        "metadata.description": "updated",
    }


def test_comments_that_a_person_wrote_stay(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    path = product_file(tmp_path)
    path.write_text(path.read_text().replace("spec:", "# reviewed by Ann\nspec: # twice"))
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    assert "# reviewed by Ann\nspec: # twice\n" in path.read_text()


def test_a_page_that_a_person_changed_is_not_overwritten(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    page = product_file(tmp_path).parent / PAGE
    page.write_text("In our own words.\n")
    done = submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    assert (page.read_text(), said(done)[PAGE]) == ("In our own words.\n", "kept")


def test_a_file_begun_by_hand_is_filled_around_its_values(tmp_path: Path) -> None:
    path = product_file(tmp_path)
    path.parent.mkdir(parents=True)
    submitted(tmp_path / "other", {"gang_scheduling": OPEN})
    path.write_bytes(product_file(tmp_path / "other").read_bytes())
    edit(tmp_path, "notes", "Berth 4")
    submitted(tmp_path, {"gang_scheduling": HELD})
    assert (gang(tmp_path).status, gang(tmp_path).notes) == ("Implemented", "Berth 4")


def test_a_stop_before_the_last_file_is_not_taken_for_a_persons_edit(tmp_path: Path) -> None:
    submitted(tmp_path, {"gang_scheduling": HELD})
    before = product_file(tmp_path).read_bytes()
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    product_file(tmp_path).write_bytes(before)
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    assert gang(tmp_path).status == "Not Implemented"


@pytest.mark.parametrize("step", ["put_run", "put", "sums"])
def test_a_stop_halfway_is_made_good_by_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    submitted(tmp_path, {"gang_scheduling": HELD})
    with monkeypatch.context() as patch:
        patch.setattr(Target, step, stop)
        with pytest.raises(KeyboardInterrupt):
            submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    submitted(tmp_path, {"gang_scheduling": BROKEN}, run="later")
    submitted(tmp_path / "fresh", {"gang_scheduling": BROKEN})
    assert contents(tmp_path) == contents(tmp_path / "fresh")


def contents(folder: Path) -> dict[str, bytes]:
    root = product_file(folder).parent
    files = [path for path in root.rglob("*") if path.is_file() and path.name[0] != "."]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
