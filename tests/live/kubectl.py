"""Asks a live platform with kubectl, as its administrator."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from plimsoll.embedded.platform import Platform


def kubectl(platform: Platform, *arguments: str, stdin: str = "") -> str:
    """Return what kubectl prints; a failure ends the test with what it complained of."""
    program, config = str(platform.binaries["kubectl"]), f"--kubeconfig={platform.kubeconfig}"
    answer = subprocess.run(
        [program, config, *arguments], input=stdin, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def kubectl_json(platform: Platform, *arguments: str) -> dict[str, Any]:
    """Return what kubectl prints as JSON."""
    document: dict[str, Any] = json.loads(kubectl(platform, *arguments, "-o", "json"))
    return document
