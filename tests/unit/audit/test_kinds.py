"""Every entry is what it really is, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.audit.model import Kind, Reading
from tests.unit.audit.made import Files, audited, entry, product, session

HUB = "https://github.com/acme/proofs"
UNREAD = "acme/proofs: not in the submission, not read"
LINKS = [
    ("https://docs.acme.example/gang", Kind.DOCUMENTATION, "a page on docs.acme.example"),
    ("https://acme.example/a.pdf", Kind.DOCUMENTATION, "a PDF document on acme.example"),
    (HUB, Kind.DOCUMENTATION, "a page of acme/proofs"),
    (f"{HUB}/blob/main/gang.md", Kind.DOCUMENTATION, f"a text in {UNREAD}"),
    (f"{HUB}/blob/main/gang.yaml", Kind.MANIFEST, f"a manifest or script in {UNREAD}"),
    (f"{HUB}/blob/main/run.sh#L3", Kind.MANIFEST, f"a manifest or script in {UNREAD}"),
    (f"{HUB}/tree/main/gang", Kind.MANIFEST, f"a folder in {UNREAD}"),
    (f"{HUB}/blob/main/test.log", Kind.RUN, f"a log or test results in {UNREAD}"),
    (f"{HUB}/blob/main/junit_01.xml", Kind.RUN, f"a log or test results in {UNREAD}"),
    (f"{HUB}/actions/runs/17", Kind.RUN, "a run on github.com: not in the submission, not read"),
    (f"{HUB}/pull/3", Kind.PROSE, f"a discussion in {UNREAD}"),
    ("https://gist.github.com/acme/1", Kind.DOCUMENTATION, "a gist: not in the submission"),
    ("https://", Kind.NOTHING, "a web address that names no host"),
    ("http://[broken", Kind.NOTHING, "a web address that names no host"),
    ("", Kind.NOTHING, "empty"),
    ("N/A", Kind.NOTHING, "the word N/A"),
    ("gone.md", Kind.NOTHING, "gone.md is not in the submission's folder"),
    ("as shown in our demo", Kind.PROSE, "a sentence, not a file"),
]


def reading(folder: Path, evidence: str, files: Files | None = None) -> Reading:
    text = product(entry("gang_scheduling", evidence))
    return audited(folder, text, files).cells[0].readings[0]


@pytest.mark.parametrize(("link", "kind", "because"), LINKS)
def test_a_link_is_judged_by_where_it_leads(
    tmp_path: Path, link: str, kind: Kind, because: str
) -> None:
    found = reading(tmp_path, link)
    assert found.kind is kind
    assert found.because.startswith(because)


JUNIT = '<testsuite timestamp="2026-03-01T10:00:00"><testcase name="a"/></testsuite>'
LOG = "".join(f"2026-03-01T10:00:0{second}Z step\n" for second in range(9))
FILES: list[tuple[str, str | bytes, Kind, str]] = [
    ("junit.xml", JUNIT, Kind.RUN, "JUnit of 2026-03-01: 1 passed"),
    ("run.log", LOG, Kind.RUN, "a log: 9 of 9 lines have a time or a level"),
    ("a.md", session("$ ls /", "bin"), Kind.TRANSCRIPT, "1 of 1 command with output"),
    ("a.md", session("$ ls /"), Kind.MANIFEST, "1 command, none with output"),
    ("a.md", "```yaml\nkind: Pod\n```\n", Kind.MANIFEST, "manifests without a trace of a run"),
    ("a.md", "It works.\n", Kind.PROSE, "sentences, without a command or its output"),
    ("a.yaml", "kind: Pod\n", Kind.MANIFEST, "a manifest or script (.yaml)"),
    ("a.yaml", "metadata:\n  uid: 7\n", Kind.TRANSCRIPT, "objects as a cluster returned them"),
    ("a.sh", "kubectl get pods\n", Kind.MANIFEST, "a manifest or script (.sh)"),
    ("a.png", b"\x89PNG\x00", Kind.PROSE, "an image, not read"),
    ("a.pdf", b"%PDF-1.7\x00", Kind.DOCUMENTATION, "a document that is not plain text, not read"),
    ("a.bin", b"\x00\x01", Kind.NOTHING, "a file that is no text"),
    ("a.md", " \n", Kind.NOTHING, "an empty file"),
]


@pytest.mark.parametrize(("name", "content", "kind", "because"), FILES)
def test_a_file_is_judged_by_what_is_in_it(
    tmp_path: Path, name: str, content: str | bytes, kind: Kind, because: str
) -> None:
    found = reading(tmp_path, name, {name: content})
    assert (found.kind, found.because, found.path) == (kind, because, name)


def test_a_link_into_the_official_repository_is_the_file_that_lies_here(tmp_path: Path) -> None:
    url = "https://github.com/cncf/k8s-ai-conformance/blob/main/v1.35/acme/a.md"
    found = reading(tmp_path, url, {"a.md": session("$ ls /", "bin")})
    assert (found.kind, found.path) == (Kind.TRANSCRIPT, "a.md")


def test_a_link_into_a_fork_is_the_file_that_lies_here_if_it_does(tmp_path: Path) -> None:
    url = "https://github.com/acme/k8s-ai-conformance/blob/patch/v1.35/acme/a.md"
    assert reading(tmp_path / "without", url).kind is Kind.DOCUMENTATION
    found = reading(tmp_path / "with", url, {"a.md": session("$ ls /", "bin")})
    assert (found.kind, found.path) == (Kind.TRANSCRIPT, "a.md")


def test_a_folder_is_the_strongest_of_what_it_holds(tmp_path: Path) -> None:
    files = {"tests/a.md": "It works.\n", "tests/junit.xml": JUNIT}
    found = reading(tmp_path, "tests", files)
    assert found.kind is Kind.RUN
    assert found.because == "a folder with 2 files, the strongest: recorded run"


def test_a_run_of_plimsoll_is_left_to_its_judges(tmp_path: Path) -> None:
    files = {"run/manifest.json": "{}", "run/facts.jsonl": "{}", "run/report.html": "<p>hi</p>"}
    for name in ("run", "run/report.html"):
        found = reading(tmp_path, name, files)
        assert (found.kind, found.because) == (Kind.RUN, "part of a run of Plimsoll")


def test_an_anchor_names_a_section(tmp_path: Path) -> None:
    text = "# All\n\n## Gang\n\nSentences.\n\n## Pods\n\n```\n$ ls /\nbin\n```\n"
    found = reading(tmp_path, "a.md#gang", {"a.md": text})
    assert found.kind is Kind.PROSE
    assert reading(tmp_path, "a.md#pods", {"a.md": text}).kind is Kind.TRANSCRIPT


def test_a_cell_is_as_strong_as_its_strongest_entry(tmp_path: Path) -> None:
    text = product(entry("gang_scheduling", "https://docs.acme.example/", "a.md"))
    files = {"a.md": session("$ ls /", "bin")}
    assert audited(tmp_path, text, files).cells[0].kind is Kind.TRANSCRIPT


def test_a_cell_with_notes_alone_is_prose_and_one_with_nothing_is_nothing(tmp_path: Path) -> None:
    text = product(entry("gang_scheduling", notes="It works."), entry("gpu_sharing"))
    kinds = [cell.kind for cell in audited(tmp_path, text).cells]
    assert kinds == [Kind.PROSE, Kind.NOTHING]
