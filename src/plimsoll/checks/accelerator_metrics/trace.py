"""How `accelerator_metrics` reads its record: what each accelerator showed, phase by phase (pure).

A pulse has four phases: `rising` (the load has begun), `on` (it is held), `falling` (it has ended)
and `off` (quiet is held). Before them, idle windows are held until one is quiet. Only what is held
is judged: nearly all of its scrapes must be on the right side, so that a number which moves by
itself does not pass by chance, and a blip does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from msgspec import Struct

from plimsoll.record import Record
from plimsoll.record.facts import Json, Observation

UTILISATION = "utilisation"
MEMORY = "memory_used"
PULSES = 3
UTILISATION_RISE = 0.10
"""Share by which utilisation must rise above its idle level."""
MEMORY_RISE = 32 << 20
"""Bytes by which used memory must rise where it is not known how many the load takes."""
SHARE_OF_LOAD = 0.8
"""Of the bytes that the load takes, the share that must show."""
MOST = 0.8
"""Of the scrapes of a held phase, the share that must be on the right side."""
BACK = 0.25
"""Of the needed rise, the share that may stay after the load."""


Values = dict[str, dict[str, float]]
"""Numbers by device and role, or by device and metric."""


class Scrape(Struct, frozen=True, kw_only=True):
    """One page as it was read on one node."""

    fact: Observation
    values: Values

    @property
    def digest(self) -> str:
        """Differs when any value of any accelerator does."""
        return str(self.fact.data.get("digest", ""))


class Pulse(Struct, frozen=True, kw_only=True):
    """One time that the load was on, and off again."""

    number: int
    fact: Observation
    """How the load was put, and what it showed from inside."""
    rising: tuple[Scrape, ...] = ()
    on: tuple[Scrape, ...] = ()
    falling: tuple[Scrape, ...] = ()
    off: tuple[Scrape, ...] = ()

    @property
    def device(self) -> str:
        """The accelerator that was loaded; empty where that is not known."""
        return str(self.fact.data.get("device", ""))

    @property
    def seen_inside(self) -> bool:
        """Whether the load's own container said which accelerator it has."""
        return bool(self.fact.data.get("seen_inside"))

    @property
    def ran(self) -> bool:
        """Whether the load was running from the beginning to the end of the pulse."""
        return self.fact.data.get("phase") == "Running"

    @property
    def proven(self) -> bool:
        """Whether it was shown from inside that the accelerator worked."""
        proof: Json = self.fact.data.get("proof") or {}
        before, after = proof.get("before"), proof.get("after")
        if after is None:
            return False
        least = proof.get("at_least") or 0
        return bool(after >= least) if least else before is not None and bool(after > before)

    @property
    def proof(self) -> str:
        """What was shown from inside, for people."""
        proof: Json = self.fact.data.get("proof") or {}
        if proof.get("after") is None:
            return "nothing was shown from inside the load's container"
        grown = proof["after"] - (0 if proof.get("at_least") else proof.get("before") or 0)
        return f"{grown:,.0f} {proof.get('unit', '')}"

    def scrapes(self) -> tuple[Scrape, ...]:
        """Return all scrapes of the pulse."""
        return (*self.rising, *self.on, *self.falling, *self.off)


class Trace(Struct, frozen=True, kw_only=True):
    """Everything that was scraped on the node of the load, in order."""

    idle: tuple[Scrape, ...]
    pulses: tuple[Pulse, ...]

    @property
    def devices(self) -> list[str]:
        """Every accelerator that showed."""
        shown = {d for scrape in self.scrapes() for d in scrape.values}
        return sorted(shown)

    def scrapes(self) -> tuple[Scrape, ...]:
        """Return all scrapes."""
        return (*self.idle, *(s for pulse in self.pulses for s in pulse.scrapes()))

    def has(self, role: str) -> bool:
        """Tell whether any accelerator showed `role` in any scrape."""
        return any(role in values for s in self.scrapes() for values in s.values.values())

    def rise(self, role: str) -> float:
        """Return by how much `role` must rise."""
        taken = int(self.pulses[0].fact.data.get("bytes_used") or 0) if self.pulses else 0
        return needed(taken)[role]

    def idle_level(self, device: str, role: str) -> float:
        """Return the level before the load; 0 where the series only appears under load."""
        found = series(self.idle, device, role)
        return median(found) if found else 0.0

    def is_quiet(self, device: str, role: str) -> bool:
        """Tell whether a series kept still in the idle window, but for a blip."""
        return keeps_still(series(self.idle, device, role), self.rise(role))

    def shares(self, device: str, role: str, pulse: Pulse) -> tuple[float, float]:
        """Return in which share of the held scrapes a series was up, and then down."""
        bar = self.idle_level(device, role) + self.rise(role)
        on, off = series(pulse.on, device, role), series(pulse.off, device, role)
        # A series that only appears under load is down when it is gone.
        down = share(value < bar for value in off) if off else float(bool(on and pulse.off))
        return share(value >= bar for value in on), down

    def follows(self, device: str, role: str, pulse: Pulse) -> bool:
        """Tell whether a series was up while the load was held, and down while quiet was."""
        return min(self.shares(device, role, pulse)) >= MOST


def series(scrapes: Iterable[Scrape], device: str, role: str) -> list[float]:
    """Return the values of one series, in order."""
    found = (scrape.values.get(device, {}).get(role) for scrape in scrapes)
    return [value for value in found if value is not None]


def keeps_still(values: Sequence[float], rise: float) -> bool:
    """Tell whether nearly all values are within half a `rise` of their middle."""
    return not values or share(abs(value - median(values)) < rise / 2 for value in values) >= MOST


def share(answers: Iterable[bool]) -> float:
    """Return the share of answers that are yes; 0 for none."""
    listed = list(answers)
    return sum(listed) / len(listed) if listed else 0.0


def scrapes_of(record: Record, phase: str, number: int = 0) -> tuple[Scrape, ...]:
    """Return the pages that were read and understood in a phase of a pulse."""
    return tuple(
        Scrape(fact=fact, values=_values(fact.data))
        for fact in record.of(Observation, subject="scrape")
        if fact.data.get("phase") == phase
        and fact.data.get("pulse", 0) == number
        and not fact.data.get("error")
        and not fact.data.get("malformed")
    )


def _values(data: Json) -> Values:
    entries: list[Json] = data.get("devices") or []
    return {entry["device"]: dict(entry.get("values") or {}) for entry in entries}


def trace_of(record: Record) -> Trace:
    """Return what the run saw of the load."""
    loads = record.of(Observation, subject="load")
    rounds = [
        int(fact.data.get("pulse", 0))
        for fact in record.of(Observation, subject="scrape")
        if fact.data.get("phase") == "idle"
    ]
    return Trace(
        idle=scrapes_of(record, "idle", max(rounds, default=0)),
        pulses=tuple(_pulse(record, fact) for fact in loads),
    )


def _pulse(record: Record, fact: Observation) -> Pulse:
    number = int(fact.data["pulse"])
    return Pulse(
        number=number,
        fact=fact,
        rising=scrapes_of(record, "rising", number),
        on=scrapes_of(record, "on", number),
        falling=scrapes_of(record, "falling", number),
        off=scrapes_of(record, "off", number),
    )


def needed(taken: int) -> dict[str, float]:
    """Return by how much each role must rise; `taken` is how many bytes the load takes."""
    return {UTILISATION: UTILISATION_RISE, MEMORY: SHARE_OF_LOAD * taken or float(MEMORY_RISE)}


def risen(values: Values, idle: Sequence[Values], taken: int) -> set[str]:
    """Return `device role` of every series that is up, for who decides how long to wait."""
    return {
        f"{device} {role}"
        for device, mine in values.items()
        for role, rise in needed(taken).items()
        if role in mine and mine[role] >= median(_history(idle, device, role) or [0.0]) + rise
    }


def restless(idle: Sequence[Values], taken: int, only: set[str]) -> set[str]:
    """Return `device role` of every series that moves in an idle window, of `only` these if any."""
    shown = {device for values in idle for device in values}
    return {
        f"{device} {role}"
        for device in shown & only or shown
        for role, rise in needed(taken).items()
        if not keeps_still(_history(idle, device, role), rise)
    }


def _history(idle: Sequence[Values], device: str, role: str) -> list[float]:
    found = (values.get(device, {}).get(role) for values in idle)
    return [value for value in found if value is not None]
