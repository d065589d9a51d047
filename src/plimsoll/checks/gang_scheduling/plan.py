"""Which cells are tried, in which order, and how thoroughly (pure).

Each engine's best mode is tried entirely on the most telling kind of resource that it counts; its
other kinds and modes get the oversized gang only, so that none on which it breaks stays hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from plimsoll.adapters.gang.engine import KINDS, GangEngine, Mode
from plimsoll.checks.gang_scheduling.observations import Cell, ConditionWord
from plimsoll.checks.gang_scheduling.room import Room

ROUNDS = 5
"""Rounds of two gangs in a full cell."""


class Planned(Struct, frozen=True, kw_only=True):
    """One cell that is to be tried."""

    engine: GangEngine
    mode: str
    room: Room
    cell: Cell


def plan(
    engines: Sequence[GangEngine], rooms: Mapping[str, Room], *, thorough: bool
) -> list[Planned]:
    """Return the cells, full ones first; empty without engines or without room."""
    planned: list[Planned] = []
    for engine in engines:
        for rank, mode in enumerate(engine.modes):
            chosen = _most_telling(mode, rooms)
            for kind in KINDS:
                best = rank == 0 and kind == chosen
                wanted = kind in rooms and (rank == 0 or kind == chosen or thorough)
                if wanted:
                    cell_id = f"c{len(planned) + 1}"
                    room = rooms[kind]
                    cell = _cell(cell_id, engine, mode, room, full=best or thorough)
                    planned.append(Planned(engine=engine, mode=mode.name, room=room, cell=cell))
    return sorted(planned, key=lambda item: not item.cell.full)


def _most_telling(mode: Mode, rooms: Mapping[str, Room]) -> str:
    """Return the first kind that the mode counts and that has room, else the first with room."""
    with_room = [kind for kind in KINDS if kind in rooms]
    counted = [kind for kind in with_room if kind in mode.counts]
    return next(iter(counted or reversed(with_room)), "")


def _cell(cell_id: str, engine: GangEngine, mode: Mode, room: Room, *, full: bool) -> Cell:
    words = engine.words
    return Cell(
        id=cell_id,
        engine=engine.name,
        mode=mode.name,
        kind=room.kind,
        resource=room.resource,
        size=room.size,
        full=full,
        rounds=ROUNDS if full else 0,
        group_kind=words.kind,
        waits=ConditionWord(type=words.waits[0], status=words.waits[1]),
        starts=ConditionWord(type=words.starts[0], status=words.starts[1]),
        quota_words=words.quota,
    )
