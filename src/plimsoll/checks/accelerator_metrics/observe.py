"""Observes `accelerator_metrics`: what endpoints tell of accelerators, at rest and under load."""

from __future__ import annotations

from plimsoll.adapters.accelerator_metrics.load import load_for
from plimsoll.adapters.accelerators.discovery import choose, discover
from plimsoll.checks.accelerator_metrics import pulses
from plimsoll.checks.accelerator_metrics.needs import LOAD_CLAIMS, NEEDS
from plimsoll.checks.accelerator_metrics.survey import survey
from plimsoll.checks.pods_and_claims import IDLE, POD_SECONDS
from plimsoll.harness import Harness, Sample
from plimsoll.standard.images import PYTHON

__all__ = ["NEEDS", "observe", "samples"]


async def samples(harness: Harness) -> list[Sample]:
    """Return a pod as the load's are; where it is refused, what needs no load is still decided."""
    pod = harness.pod(
        "sample",
        image=harness.options.load_image or PYTHON,
        command=() if harness.options.load_image else IDLE,
        deadline=POD_SECONDS,
    )
    return [Sample(manifests=(pod,), claims=LOAD_CLAIMS)]


async def observe(harness: Harness) -> None:
    """Write what is exported of each accelerator, as facts."""
    async with harness.attempt(stage="discovery"):
        async with harness.stage("survey", usual=3):
            offer = choose(await discover(harness.cluster, harness.options))
            found = await survey(harness, offer)
        if harness.undecidable(*LOAD_CLAIMS):
            return
        site = found.site(offer)
        if site is None:
            harness.blocked(
                "no free accelerator is on a node whose metrics tell of it, so no load was put",
                next_step="free one, or repair the metrics as the other claims say",
                claims=LOAD_CLAIMS,
            )
            return
        load = load_for(offer.family, harness.options, pulses.memory_of(site))
        if load is None:
            harness.blocked(
                f"nothing is known that loads {offer.family.title}",
                next_step="give an image whose entrypoint loads the accelerator that it is given: "
                "--load-image IMAGE",
                claims=LOAD_CLAIMS,
            )
            return
        async with harness.attempt(*LOAD_CLAIMS, stage="load"):
            await pulses.play(harness, offer, found, site, load)
