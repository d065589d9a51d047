"""The kinds of fact that a check writes down, and how they are read back.

A fact is one line of `facts.jsonl`: a small tagged struct with a sequence number, a time (seconds
since the epoch, of the machine that ran the check) and the requirement it was seen for. Facts are
redacted before they are written. All that judging depends on is a fact, also options, deadlines
and what discovery found; a schema version stands in the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

import msgspec

from plimsoll.errors import PlimsollError

SCHEMA_VERSION = 1

Json = dict[str, Any]
"""A JSON object as the cluster or a probe returned it, redacted."""


class FactError(PlimsollError):
    """A line of a fact file could not be read."""


class FactBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", omit_defaults=True):
    """What all facts share: `sequence` counts from 1 without gaps in a run."""

    sequence: int
    time: float
    requirement: str = ""
    """The requirement that was being checked; empty for facts of the whole run."""


class RunStarted(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="run-started"):
    """The first fact of a run: what was asked for and of which cluster."""

    schema: int
    run: str
    """The run's id, which all its objects carry as a label (the nonce)."""
    tool_version: str
    standard: str
    """The checklist version that decides levels, for example v1.37."""
    cluster_version: str
    strict: bool
    profile: str
    """Where deadlines come from: embedded, onprem or cloud."""
    timeout_factor: float = 1.0
    requirements: list[str] = []
    """The requirements that were asked for; each of them gets a verdict, also without facts."""
    options: Json = {}
    """Every option that differs from its default."""


class Discovered(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="discovered"):
    """What discovery found of one subject, for example `dra-drivers` or `gang-engines`."""

    subject: str
    found: Json


class DeadlineSet(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="deadline"):
    """A time limit that a claim rests on. `source`: KAR, platform default, user or profile."""

    stage: str
    seconds: float
    source: str
    passing_means: str = ""


class ActionTaken(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="action"):
    """Something that the run did to the cluster: created, deleted, patched or scaled an object."""

    action: str
    kind: str
    name: str
    namespace: str = ""
    uid: str = ""
    purpose: str = ""
    """Why, in the words of the check, for example `control`, `blocker`, `gang a round 2`."""
    object: Json = {}
    """The object as the cluster returned it (created) or as it was sent (patched)."""


class Refused(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="refused"):
    """The cluster refused a request: a policy, a quota, a webhook or missing rights."""

    verb: str
    kind: str
    name: str
    code: int
    reason: str
    message: str
    purpose: str = ""


class WatchStarted(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="watch-started"):
    """A list and watch began; `items` are the objects that existed, each as in WatchEvent."""

    watch: str
    """The name of the watch, unique in the run, for example `pods/plimsoll-x`."""
    kind: str
    namespace: str = ""
    selector: str = ""
    existing: int = 0


class WatchEvent(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="watch-event"):
    """One object as a watch saw it. `type`: EXISTING, ADDED, MODIFIED or DELETED."""

    watch: str
    type: str
    kind: str
    name: str
    namespace: str = ""
    uid: str
    object: Json


class WatchGap(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="watch-gap"):
    """Events may be missing between the watch's last event and this fact."""

    watch: str
    reason: str


class WatchEnded(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="watch-ended"):
    """The watch was stopped by the check; nothing is known of its objects afterwards."""

    watch: str


class ExecResult(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="exec"):
    """A command ran in a container. `exit` is None when it did not end in time."""

    pod: str
    namespace: str
    container: str
    command: list[str]
    exit: int | None
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    purpose: str = ""


class ProbeResult(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="probe"):
    """What one of our probes reported from inside a container, parsed.

    `probe` names the program (for example `devices`), `role` the part that the pod plays in the
    check (for example `claimed`, `unclaimed:env-all`), `data` is the probe's own JSON.
    """

    probe: str
    role: str
    pod: str
    namespace: str
    container: str = ""
    node: str = ""
    data: Json


class Observation(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="observation"):
    """A fact that has no kind of its own: a round of a repeated step, a computed selection."""

    subject: str
    data: Json


class StageEnded(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="stage"):
    """A step of a check ended. `outcome`: reached, timeout, blocked or interrupted."""

    stage: str
    outcome: str
    seconds: float
    waiting_on: str = ""
    """For a timeout: what the step was waiting on when time ran out, in one sentence."""
    outside: bool = False
    """True when it waited on the outside: cloud, image pull, quota or stock."""


class Blocked(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="blocked"):
    """The harness could not do a step, which makes the claims named undecided."""

    stage: str
    reason: str
    next_step: str
    claims: list[str] = []
    """Claim ids; empty means every claim of the requirement."""


class Interference(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="interference"):
    """Foreign activity touched what a claim rests on; the round is undecided and is repeated."""

    what: str
    round: str = ""


class CleanedUp(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="cleaned-up"):
    """Clean-up of one requirement ended; `remains` lists what the run made and is still there."""

    removed: int
    remains: list[str] = []


class Skipped(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="skipped"):
    """The requirement was not checked; `reason` says who said so and why."""

    reason: str


Fact = (
    RunStarted
    | Discovered
    | DeadlineSet
    | ActionTaken
    | Refused
    | WatchStarted
    | WatchEvent
    | WatchGap
    | WatchEnded
    | ExecResult
    | ProbeResult
    | Observation
    | StageEnded
    | Blocked
    | Interference
    | CleanedUp
    | Skipped
)

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


def encode_fact(fact: Fact) -> bytes:
    """Return `fact` as one line of JSON, ending in a newline.

    Raises FactError for a number that JSON cannot hold, since nobody could read the line back.
    """
    for name in fact.__struct_fields__:
        value = getattr(fact, name)
        if isinstance(value, float) and not isfinite(value):
            raise FactError(
                f"the {name} of fact {fact.sequence} is {value}, which JSON cannot hold",
                next_step="this is a defect of Plimsoll; please report it",
            )
    return _encoder.encode(fact) + b"\n"


def decode_facts(lines: Iterable[bytes], *, source: str = "facts.jsonl") -> Iterator[Fact]:
    """Yield the facts in `lines`; blank lines are passed over.

    Raises FactError, naming `source` and the line, for a line that is no fact, and for sequence
    numbers that do not rise by one.
    """
    expected = 1
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fact = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise FactError(
                f"{source}, line {number}: not a fact: {error}",
                next_step="the run folder is damaged or from another version; run the check again",
            ) from error
        if fact.sequence != expected:
            raise FactError(
                f"{source}, line {number}: fact {fact.sequence} where {expected} was expected",
                next_step="facts are missing or were reordered; run the check again",
            )
        expected += 1
        yield fact
