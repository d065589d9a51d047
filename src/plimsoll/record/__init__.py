"""The facts a check may write down, their schema, and how a verdict follows from findings.

Pure: nothing here reads a clock, a file or a network. Observing (the harness) produces facts,
judging consumes them, and both meet only in this package, so anyone can judge a run again offline.
"""

from plimsoll.record.claims import Claim, Finding
from plimsoll.record.facts import SCHEMA_VERSION, Fact, FactError, decode_facts, encode_fact
from plimsoll.record.reading import Record
from plimsoll.record.verdict import (
    GroupResult,
    Judgement,
    deciding,
    exit_code,
    group_results,
    settle,
)

__all__ = [
    "SCHEMA_VERSION",
    "Claim",
    "Fact",
    "FactError",
    "Finding",
    "GroupResult",
    "Judgement",
    "Record",
    "deciding",
    "decode_facts",
    "encode_fact",
    "exit_code",
    "group_results",
    "settle",
]
