"""What is known of the real submissions side by side is found, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from plimsoll.audit.model import Kind, SubmissionAudit
from tests.unit.audit.across.stand import audited, said
from tests.unit.submission.real_data import submissions

KINDS = {".log": Kind.RUN, ".xml": Kind.RUN, ".md": Kind.TRANSCRIPT}


@pytest.fixture(scope="module")
def audits() -> list[SubmissionAudit]:
    return audited(submissions(), KINDS)


def test_one_page_for_everything(audits: list[SubmissionAudit]) -> None:
    found = said(audits, "same-evidence-for-every-cell")
    assert {title.split("/")[1] for title, _, _ in found} == {
        "rke2",
        "k0s",
        "k0rdent",
        "nkp",
        "lke",
    }
    assert len(found) == 7


def test_lists_carried_over_letter_by_letter(audits: list[SubmissionAudit]) -> None:
    found = said(audits, "carried-over")
    assert Counter(title for title, _, _ in found) == {
        "v1.34/cks": 9,
        "v1.34/daocloud": 7,
        "v1.34/giantswarm": 8,
        "v1.34/palette": 7,
        "v1.34/rke2": 3,
        "v1.34/talos": 9,
        "v1.35/aks": 8,
        "v1.35/cce": 8,
        "v1.35/cks": 9,
        "v1.35/daocloud": 9,
        "v1.35/eks": 6,
        "v1.35/gke": 8,
        "v1.35/oke": 4,
        "v1.35/palette": 9,
        "v1.35/rke2": 5,
        "v1.35/vcluster-private-nodes": 7,
        "v1.35/vks": 3,
    }
    runs = [finding for title, _, finding in found if title == "v1.35/daocloud"]
    assert sum("new under the same name" in finding.what for finding in runs) == 8


@pytest.mark.parametrize(
    ("one", "other", "requirements"),
    [("v1.33/jdos", "v1.33/gardener", 9), ("v1.33/rke2", "v1.33/chinaunicom-csk", 1)],
)
def test_notes_that_two_vendors_share(
    audits: list[SubmissionAudit], one: str, other: str, requirements: int
) -> None:
    found = said(audits, "copied-text")
    for here, there in ((one, other), (other, one)):
        about = [finding.what for title, _, finding in found if title == here]
        assert sum(f"{there}/PRODUCT.yaml" in what for what in about) == requirements


def test_word_for_word_in_eight_requirements(audits: list[SubmissionAudit]) -> None:
    found = said(audits, "copied-text")
    about = [finding.what for title, _, finding in found if title == "v1.33/jdos"]
    assert sum(what.startswith("the notes say word for word") for what in about) == 8


def test_who_shares_notes_in_all(audits: list[SubmissionAudit]) -> None:
    assert Counter(title for title, _, _ in said(audits, "copied-text")) == {
        "v1.33/chinaunicom-csk": 1,
        "v1.33/gardener": 9,
        "v1.33/jdcloud": 1,
        "v1.33/jdos": 9,
        "v1.33/openshift": 1,
        "v1.33/rke2": 1,
        "v1.34/eks": 1,
        "v1.35/k0rdent": 3,
        "v1.35/k0s": 3,
    }


def test_no_vendor_has_anothers_file(audits: list[SubmissionAudit]) -> None:
    assert said(audits, "same-file-elsewhere") == []
