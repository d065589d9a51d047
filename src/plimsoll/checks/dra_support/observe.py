"""Observes `dra_support`: first the API, then what a driver does with claims on chosen devices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from plimsoll.adapters.accelerators import dra
from plimsoll.adapters.accelerators.discovery import DRA, Offer, choose, discover
from plimsoll.checks.dra_support import steps_api, steps_claims, steps_scarcity
from plimsoll.checks.dra_support.claims import CLAIMS, KINDS
from plimsoll.checks.dra_support.needs import NEEDS
from plimsoll.checks.dra_support.steps_api import samples
from plimsoll.checks.pods_and_claims import Bench, narrowing_attribute
from plimsoll.harness import Harness

__all__ = ["NEEDS", "observe", "samples"]

_DRIVER_CLAIMS = tuple(
    claim.id for claim in CLAIMS if claim.id not in {"api-served", *KINDS.values()}
)

Step = Callable[[Bench], Awaitable[None]]


async def observe(harness: Harness) -> None:
    """Write what the API and the driver do, as facts."""
    versions = await steps_api.versions(harness)
    if not versions:
        return
    async with harness.stage("API", usual=2):
        await steps_api.every_kind(harness, steps_api.preferred(versions))
    async with harness.attempt(*_DRIVER_CLAIMS, stage="discovery"):
        offers = await discover(harness.cluster, harness.options)
        offered = [offer for offer in offers if offer.way == DRA]
        if not offered:
            harness.discovered("dra-inventory", {"devices": []})
            return
        await _driver(harness, choose(offered))


async def _driver(harness: Harness, offer: Offer) -> None:
    limit = harness.options.accelerator_limit()
    chosen = offer.free[: limit if limit is not None else len(offer.free)]
    harness.discovered("dra-inventory", _inventory(offer, chosen))
    if not chosen:
        harness.blocked(
            f"of {len(offer.devices)} published devices none is free",
            next_step="free an accelerator for the minutes of the check",
            claims=_DRIVER_CLAIMS,
        )
        return
    async with (
        harness.watch("pods") as pods,
        harness.watch(f"resourceclaims.{dra.GROUP}") as claims,
    ):
        bench = Bench(harness, offer, chosen, pods)
        steps: list[tuple[Step, tuple[str, ...]]] = [
            (steps_claims.unclaimed, ("injected-is-allocated",)),
            (
                lambda b: steps_claims.by_template(b, claims),
                ("template-claim-allocated", "template-claim-removed"),
            ),
            (steps_claims.direct, ("direct-claim-allocated",)),
            (steps_claims.by_selector, ("selector-honoured",)),
            (steps_claims.shared, ("claim-shared",)),
            (steps_scarcity.unsatisfiable, ("unsatisfiable-waits",)),
        ]
        async with harness.stage("claims", usual=20):
            await asyncio.gather(*(_try(bench, step, names) for step, names in steps))
        async with harness.stage("N+1 claims on N devices", usual=25):
            await _try(bench, steps_scarcity.n_plus_one, ("never-twice", "release-serves-waiting"))


async def _try(bench: Bench, step: Step, claims: tuple[str, ...]) -> None:
    if bench.harness.undecidable(*claims):
        return
    async with bench.harness.attempt(*claims):
        await step(bench)


def _inventory(offer: Offer, chosen: tuple[dra.Device, ...]) -> dict[str, object]:
    keys = {device.key for device in chosen}
    return {
        "driver": offer.driver,
        "device_class": offer.device_class,
        "family": offer.family.name,
        "identity_in_pod": offer.family.identity_in_pod,
        "narrowed_by": narrowing_attribute(offer),
        "devices": [
            {
                "pool": device.pool,
                "device": device.name,
                "identity": device.identity,
                "attributes": device.attributes,
                "chosen": device.key in keys,
            }
            for device in offer.devices
        ],
    }
