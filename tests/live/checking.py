"""Runs `plimsoll check` on a live platform as a user would, and judges the facts it wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from plimsoll import checks
from plimsoll.record import Judgement, Record, decode_facts

TIME_LIMIT = 1800


def check(requirement: str, platform: str, folder: Path, *options: str) -> Judgement:
    """Check one requirement on the platform of that name and return how it is judged."""
    return check_all([requirement], platform, folder, *options)[requirement]


def check_all(
    requirements: Sequence[str], platform: str, folder: Path, *options: str
) -> dict[str, Judgement]:
    """Check requirements in one run on the platform of that name; return how each is judged."""
    command = [sys.executable, "-m", "plimsoll", "check", *requirements, "--embedded"]
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
        record = Record(decode_facts(lines))
    return {name: checks.judge(name, record) for name in requirements}


def outcomes(judgement: Judgement) -> dict[str, str]:
    """Return what was found of each claim."""
    return {finding.claim: finding.outcome.value for finding in judgement.findings}
