"""`plimsoll report`: the reports of a run folder, written again from its facts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from plimsoll import evidence
from plimsoll.evidence.store import REPORT, VERDICTS
from plimsoll.record import exit_code


def report(run: Path, *, format: Literal["text", "json"] = "text") -> int:  # noqa: A002
    """Write the reports and the manifest of a run folder again, from its facts.

    Refuses when the facts are not those that the manifest names. Where a newer judge comes to
    something else, the earlier judgement stays in verdicts.json. Exits as the check would.

    Parameters
    ----------
    run
        The run folder, for example runs/2026-11-25T10-00-00.
    format
        text names the report; json prints verdicts.json.
    """
    folder = evidence.RunFolder(run)
    strict = folder.record().run.strict
    judgements = evidence.rewrite_run(run)
    if format == "json":
        print(folder.read(VERDICTS).decode().rstrip())
    else:
        for judgement in judgements:
            because = judgement.strict_because if strict else judgement.because
            verdict = judgement.decided(strict=strict)
            print(f"{judgement.requirement:<28}{verdict:<15}{because}")
        print(f"report: {run / REPORT}")
    return exit_code(judgements, strict=strict)
