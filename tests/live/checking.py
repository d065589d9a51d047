"""Runs `plimsoll check` on a live platform as a user would, and judges the facts it wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from plimsoll import checks
from plimsoll.record import Judgement, Record, decode_facts

TIME_LIMIT = 900


def check(requirement: str, platform: str, folder: Path, *options: str) -> Judgement:
    """Check one requirement on the platform of that name and return how it is judged."""
    command = [sys.executable, "-m", "plimsoll", "check", requirement, "--embedded"]
    command += ["--name", platform, "--keep", "--out", str(folder), *options]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
        env=os.environ | {"NO_COLOR": "1"},
    )
    facts = folder / "facts.jsonl"
    assert facts.is_file(), done.stdout + done.stderr
    with facts.open("rb") as lines:
        return checks.judge(requirement, Record(decode_facts(lines)))


def outcomes(judgement: Judgement) -> dict[str, str]:
    """Return what was found of each claim."""
    return {finding.claim: finding.outcome.value for finding in judgement.findings}
