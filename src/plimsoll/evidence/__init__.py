"""The run folder: reading it, judging it again, writing what people and machines read from it.

Nothing here talks to a cluster or a network. Everything in a run folder but the plan, the journal
and the facts is a pure function of the facts, so anyone who holds the folder can write it again
and compare.
"""

from plimsoll.evidence.judging import Judges, judge_run
from plimsoll.evidence.run import rewrite_run, write_run
from plimsoll.evidence.store import EvidenceError, RunFolder
from plimsoll.evidence.verification import Verification, verify

__all__ = [
    "EvidenceError",
    "Judges",
    "RunFolder",
    "Verification",
    "judge_run",
    "rewrite_run",
    "verify",
    "write_run",
]
