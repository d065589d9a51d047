"""Text that another vendor has in nearly the same words is said; templates and own text are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.audit.across import findings
from plimsoll.audit.model import PlimsollRun
from plimsoll.submission import Severity, find, load
from tests.unit.audit.across.stand import audited, one, said, write

RULE = "copied-text"
NOTE = (
    "Started with one node, deployed two pods that each ask for one accelerator, saw a second node "
    "join within four minutes, deleted the pods, and saw the node leave again after ten minutes."
)


def note(folder: Path, title: str, text: str, vendor: str = "", description: str = "") -> None:
    cells = {"cluster_autoscaling": ((), text)}
    write(folder, title, cells, vendor=vendor, description=description)


def titles(folder: Path) -> list[str]:
    return [title for title, _, _ in said(audited(folder), RULE)]


def test_the_later_vendor_is_told_who_has_it_earlier(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", NOTE)
    note(tmp_path, "v1.34/lagoon", NOTE)
    ((title, requirement, finding),) = said(audited(tmp_path), RULE)
    assert (title, requirement) == ("v1.34/lagoon", "cluster_autoscaling")
    assert finding.severity is Severity.WARNING
    assert finding.what == (
        "the notes say word for word what v1.33/harbour/PRODUCT.yaml:12:14 says; "
        "v1.33/harbour, of another vendor, has it for the earlier version"
    )
    assert (str(finding.place), finding.quote) == ("v1.34/lagoon/PRODUCT.yaml:12:14", NOTE)


def test_for_one_version_both_are_told_and_neither_is_the_first(tmp_path: Path) -> None:
    note(tmp_path, "v1.34/harbour", NOTE)
    note(tmp_path, "v1.34/lagoon", NOTE)
    found = said(audited(tmp_path), RULE)
    assert {finding.severity for _, _, finding in found} == {Severity.NOTE}
    assert titles(tmp_path) == ["v1.34/harbour", "v1.34/lagoon"]


def test_a_few_changed_words_change_nothing(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", NOTE)
    note(tmp_path, "v1.34/lagoon", NOTE.replace("four minutes", "5 minutes").upper())
    ((_, _, finding),) = said(audited(tmp_path), RULE)
    assert finding.what.startswith("the notes say nearly word for word (")


def test_other_words_are_other_text(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", NOTE)
    note(tmp_path, "v1.34/lagoon", " ".join(reversed(NOTE.split())))
    assert titles(tmp_path) == []


def test_a_short_fact_is_everybodys(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", "The DRA interfaces are enabled by default in this version.")
    note(tmp_path, "v1.34/lagoon", "The DRA interfaces are enabled by default in this version.")
    assert titles(tmp_path) == []


def test_words_of_the_checklist_do_not_count(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", NOTE, description=NOTE)
    note(tmp_path, "v1.34/lagoon", NOTE, description=NOTE)
    assert titles(tmp_path) == []


@pytest.mark.parametrize(("vendors", "found"), [(3, 2), (4, 0)])
def test_what_more_than_three_vendors_say_is_a_template(
    tmp_path: Path, vendors: int, found: int
) -> None:
    for number in range(vendors):
        note(tmp_path, f"v1.{33 + number}/product-{number}", NOTE)
    assert len(titles(tmp_path)) == found


def test_one_vendors_products_may_say_the_same(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", NOTE, vendor="Pier")
    note(tmp_path, "v1.34/lagoon", NOTE, vendor="Pier (International)")
    assert titles(tmp_path) == []


def test_who_had_it_first_is_not_told_when_others_follow(tmp_path: Path) -> None:
    note(tmp_path, "v1.33/harbour", NOTE)
    note(tmp_path, "v1.34/lagoon", NOTE)
    note(tmp_path, "v1.35/harbour", NOTE)
    note(tmp_path, "v1.35/lagoon", NOTE)
    assert titles(tmp_path) == ["v1.34/lagoon"]


def test_texts_of_evidence_are_compared_too(tmp_path: Path) -> None:
    for title in ("v1.33/harbour", "v1.34/lagoon"):
        path = write(tmp_path, title, {"a": (["steps.md"], ""), "b": (["steps.md"], "")})
        (path.parent / "steps.md").write_text(f"# {title}\n\n{NOTE}\n")
    ((title, requirement, finding),) = said(audited(tmp_path), RULE)
    assert (title, requirement, str(finding.place)) == (
        "v1.34/lagoon",
        "a",
        "v1.34/lagoon/steps.md",
    )
    assert finding.what.startswith("steps.md says nearly word for word")


def test_the_same_file_is_left_to_the_rule_about_files(tmp_path: Path) -> None:
    for title in ("v1.33/harbour", "v1.34/lagoon"):
        path = write(tmp_path, title, {"a": (["steps.md"], "")})
        (path.parent / "steps.md").write_text(NOTE * 3)
    audits = audited(tmp_path)
    assert (len(said(audits, RULE)), len(said(audits, "same-file-elsewhere"))) == (0, 1)


@pytest.mark.parametrize(("intact", "found"), [(True, 0), (False, 2)])
def test_what_plimsoll_wrote_of_an_intact_run_is_nobodys_text(
    tmp_path: Path, intact: bool, found: int
) -> None:
    for title in ("v1.34/harbour", "v1.34/lagoon"):
        note(tmp_path, title, f"{NOTE} Checked by behaviour with Plimsoll.")
    loaded = [load(path) for path in find([tmp_path])]
    run = PlimsollRun(path="run", intact=intact)
    audits = [replace(one(each), runs=(run,)) for each in loaded]
    assert len(said(findings(loaded, audits), RULE)) == found
