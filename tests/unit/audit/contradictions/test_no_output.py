"""What could be run is no record of a run."""

from __future__ import annotations

from pathlib import Path

from tests.unit.audit.made import cell, seen, session

COMMANDS = session("$ kubectl apply -f a.yaml", "$ kubectl get pods")


def test_commands_without_output_are_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "robust_controller", {"a.md": COMMANDS})
    first = ("warning", "a.md:4", "$ kubectl apply -f a.yaml")
    assert seen(found, "no-output") == [first]


def test_images_that_are_not_read_are_counted(tmp_path: Path) -> None:
    found = cell(tmp_path, "robust_controller", {"a.md": COMMANDS + "\n![screen](a.png)\n"})
    said = [each.what for each in found.findings if each.rule == "no-output"]
    assert said[0].endswith("2 commands, none with output; 1 image that it shows is not read")


def test_a_script_is_quoted(tmp_path: Path) -> None:
    found = cell(tmp_path, "robust_controller", {"a.sh": "#!/bin/sh\nkubectl get pods\n"})
    assert seen(found, "no-output") == [("warning", "a.sh:2", "kubectl get pods")]


def test_a_transcript_beside_it_is_enough(tmp_path: Path) -> None:
    files = {"a.md": COMMANDS, "b.md": session("$ kubectl get pods", "none")}
    assert seen(cell(tmp_path, "robust_controller", files), "no-output") == []
