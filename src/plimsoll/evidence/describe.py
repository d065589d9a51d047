"""One line of words for every kind of fact, for people who read a report.

Pure text: whatever is said here can be read in full in the fact itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from plimsoll.evidence.text import printable, seconds, shortened
from plimsoll.record import facts as kinds
from plimsoll.record.facts import Fact

_LIMIT = 160


def describe(fact: Fact) -> str:
    """Return one line that says what the fact says."""
    words = _WORDS.get(type(fact))
    text = words(fact) if words else type(fact).__name__
    return shortened(printable(" ".join(text.split())), _LIMIT)


def compact(value: object) -> str:
    """Return a JSON value on one line for reading: without quotes, and without empty members."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        members = ((key, compact(member)) for key, member in value.items())
        return ", ".join(f"{key} {words}" for key, words in members if words)
    if isinstance(value, list):
        nested = any(isinstance(item, dict | list) for item in value)
        return ("; " if nested else ", ").join(compact(item) for item in value)
    return msgspec.json.encode(value).decode()


def _started(fact: kinds.RunStarted) -> str:
    return f"run {fact.run} started on Kubernetes {fact.cluster_version}, {fact.standard}"


def _action(fact: kinds.ActionTaken) -> str:
    purpose = f" ({fact.purpose})" if fact.purpose else ""
    return f"{fact.action} {fact.kind} {fact.name}{purpose}"


def _refused(fact: kinds.Refused) -> str:
    return f"{fact.verb} {fact.kind} {fact.name} refused: {fact.code} {fact.message}"


def _event(fact: kinds.WatchEvent) -> str:
    return f"{fact.type.lower()} {fact.kind} {fact.name}{_state(fact.object)}"


def _state(seen: dict[str, Any]) -> str:
    phase = (seen.get("status") or {}).get("phase")
    node = (seen.get("spec") or {}).get("nodeName")
    parts = [str(phase)] if phase else []
    parts += [f"on {node}"] if node else []
    return f": {' '.join(parts)}" if parts else ""


def _exec(fact: kinds.ExecResult) -> str:
    ended = "no end in time" if fact.exit is None else f"exit {fact.exit}"
    return f"ran {fact.command[0] if fact.command else '?'} in {fact.pod}: {ended}"


def _probe(fact: kinds.ProbeResult) -> str:
    return f"probe {fact.probe} as {fact.role} in {fact.pod}: {compact(fact.data)}"


def _stage(fact: kinds.StageEnded) -> str:
    waiting = f", waiting on {fact.waiting_on}" if fact.waiting_on else ""
    return f"stage {fact.stage}: {fact.outcome} after {seconds(fact.seconds)}{waiting}"


def _cleaned(fact: kinds.CleanedUp) -> str:
    return f"clean-up removed {fact.removed} objects, {len(fact.remains)} remain"


_WORDS: dict[type[Any], Callable[[Any], str]] = {
    kinds.RunStarted: _started,
    kinds.Discovered: lambda fact: f"discovered {fact.subject}: {compact(fact.found)}",
    kinds.DeadlineSet: lambda fact: (
        f"deadline of {fact.stage}: {seconds(fact.seconds)} ({fact.source})"
    ),
    kinds.ActionTaken: _action,
    kinds.Refused: _refused,
    kinds.WatchStarted: lambda fact: f"watch of {fact.watch} began, {fact.existing} existed",
    kinds.WatchEvent: _event,
    kinds.WatchGap: lambda fact: f"watch of {fact.watch} has a gap: {fact.reason}",
    kinds.WatchEnded: lambda fact: f"watch of {fact.watch} ended",
    kinds.ExecResult: _exec,
    kinds.ProbeResult: _probe,
    kinds.Observation: lambda fact: f"{fact.subject}: {compact(fact.data)}",
    kinds.StageEnded: _stage,
    kinds.Blocked: lambda fact: f"blocked in {fact.stage}: {fact.reason}",
    kinds.Interference: lambda fact: f"foreign activity: {fact.what}",
    kinds.CleanedUp: _cleaned,
    kinds.Skipped: lambda fact: f"skipped: {fact.reason}",
}
