"""Evidence of another version than the submission's."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import audited, cell, entry, product, seen, session


def test_a_server_of_another_version_is_quoted(tmp_path: Path) -> None:
    text = session("$ kubectl version", "Client Version: v1.35.1", "Server Version: v1.33.2")
    found = cell(tmp_path, "dra_support", {"a.md": text})
    assert seen(found, "another-version") == [("warning", "a.md:6", "Server Version: v1.33.2")]


def test_a_server_of_the_same_version_is_left(tmp_path: Path) -> None:
    text = session("$ kubectl version", "Client Version: v1.33.1", "Server Version: v1.35.2")
    found = cell(tmp_path, "dra_support", {"a.md": text})
    assert seen(found, "another-version") == []


def test_nodes_tell_the_version_too(tmp_path: Path) -> None:
    row = "gpu-1   Ready    worker   36m   v1.34.3"
    text = session("$ kubectl get nodes", "NAME    STATUS   ROLES    AGE   VERSION", row)
    found = cell(tmp_path, "dra_support", {"a.md": text})
    assert seen(found, "another-version") == [("warning", "a.md:6", row)]


def test_a_text_that_says_its_cluster_is_believed(tmp_path: Path) -> None:
    line = "Create a Kubernetes 1.33 cluster."
    found = cell(tmp_path, "dra_support", {"a.md": f"{line}\n"})
    assert seen(found, "another-version") == [("warning", "a.md:1", line)]


def test_a_link_to_last_years_folder_is_quoted(tmp_path: Path) -> None:
    url = "https://github.com/acme/proofs/tree/main/ai-conformance/v1.34/access"
    found = audited(tmp_path, product(entry("secure_accelerator_access", url))).cells[0]
    assert seen(found, "another-version") == [("warning", "PRODUCT.yaml:11", url)]


def test_a_link_that_says_no_version_is_left(tmp_path: Path) -> None:
    url = "https://docs.acme.example/1.2/ai-conformance/access"
    found = audited(tmp_path, product(entry("secure_accelerator_access", url))).cells[0]
    assert seen(found, "another-version") == []
