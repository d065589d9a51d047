"""Objects such as gangs need, one set per engine, which preflight tries without storing them."""

from __future__ import annotations

from plimsoll.adapters.gang import discover
from plimsoll.adapters.gang.engine import CPU, Ask
from plimsoll.checks.gang_scheduling.room import SMALL
from plimsoll.harness import Harness, Sample
from plimsoll.standard.images import BUSYBOX

_SIZE = 2


async def samples(harness: Harness) -> list[Sample]:
    """Return for each engine its queue objects and what stands for a gang; one engine is enough."""
    engines, _ = await discover(harness.cluster)
    ask = Ask(
        kind=CPU,
        resource="cpu",
        size=_SIZE,
        slots=_SIZE,
        cpu=SMALL,
        namespace=harness.namespace,
        stem=harness.name("sample"),
    )
    pods = [
        harness.pod(f"sample-{number}", image=BUSYBOX, command=("true",), deadline=60)
        for number in range(_SIZE)
    ]
    return [
        Sample(
            manifests=(
                *engine.queue(ask, mode.name),
                engine.gang(ask, mode.name, ask.stem, pods)[0],
            ),
            way=f"{engine.name} {mode.name}",
        )
        for engine in engines
        for mode in engine.modes
    ]
