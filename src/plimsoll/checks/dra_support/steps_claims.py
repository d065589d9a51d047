"""Pods that hold a claim: from a template, made by hand, by a selector, and shared by two."""

from __future__ import annotations

from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.checks.pods_and_claims import CLAIM, IDLE, POD_SECONDS, Bench
from plimsoll.harness import BlockedError, Watch

Json = dict[str, Any]


def pod_with(bench: Bench, role: str, claim: Json | None, *, may_pend: bool = False) -> Json:
    """Return a pod in `role` that names a claim or template (or nothing)."""
    claims = []
    if claim is not None:
        kind = "resourceClaimTemplateName"
        if claim["kind"] == "ResourceClaim":
            kind = "resourceClaimName"
        claims = [{"name": CLAIM, kind: claim["metadata"]["name"]}]
    return bench.harness.pod(
        role.replace(".", "-"),
        command=IDLE,
        deadline=POD_SECONDS,
        role=role,
        claims=claims,
        nodes=sorted({device.node for device in bench.chosen if device.node}),
        may_pend=may_pend,
    )


async def unclaimed(bench: Bench) -> None:
    """Run and probe the control: a pod without a claim."""
    manifest = pod_with(bench, "unclaimed", None)
    async with bench.running(manifest, purpose="control without a claim") as pod:
        await bench.probe(pod, "unclaimed", holds=0)


async def by_template(bench: Bench, claims: Watch) -> None:
    """Run a pod whose claim comes from a template, and see the claim go with it."""
    async with bench.slot():
        template = bench.template("template", bench.narrowed(bench.common))
        await bench.harness.create(template, purpose="template")
        manifest = pod_with(bench, "template", template)
        async with bench.running(manifest, purpose="claim by template") as pod:
            await bench.probe(pod, "template", holds=1)
        uid = pod["metadata"]["uid"]
        await claims.until(
            lambda watch: not any(_belongs(claim, uid) for claim in watch.objects()),
            bench.harness.budget(
                "claim-removal",
                seconds=bench.harness.profile.seconds("release"),
                passing_means="the claim outlives its pod",
            ),
            waiting_on="the pod's claim to go",
        )


def _belongs(claim: Json, uid: str) -> bool:
    owners: list[Json] = claim["metadata"].get("ownerReferences") or []
    return any(owner["uid"] == uid for owner in owners)


async def direct(bench: Bench) -> None:
    """Run a pod that names a claim made by hand."""
    async with bench.slot():
        await _by_claim(bench, "direct", bench.narrowed(bench.common))


async def by_selector(bench: Bench) -> None:
    """Run a pod whose claim selects on an attribute that not every device has alike."""
    attribute, value = _telling(bench)
    bench.harness.discovered("dra-selector", {"attribute": attribute, "value": value})
    wanted = dra.attribute_is(bench.offer.driver, attribute, [value])
    selectors = bench.narrowed(bench.chosen, wanted)
    if bench.chosen[-1] not in bench.common:
        await _by_claim(bench, "selector", selectors)
        return
    async with bench.slot():
        await _by_claim(bench, "selector", selectors)


async def _by_claim(bench: Bench, role: str, selectors: list[str]) -> None:
    claim = await bench.harness.create(bench.claim(role, selectors), purpose=role)
    async with bench.running(pod_with(bench, role, claim), purpose=role) as pod:
        await bench.probe(pod, role, holds=1)
    await bench.harness.delete(claim)


def _telling(bench: Bench) -> tuple[str, str | int | bool]:
    """Return an attribute and value by which few of the published devices are selected.

    Of the chosen devices the last is wanted, for allocators begin with the first. What identifies
    a device is the last resort: it is used for narrowing already.
    """
    wanted = bench.chosen[-1].attributes
    identity = bench.offer.family.identity_attribute
    for name in sorted(wanted, key=lambda name: (name == identity, name)):
        values = {str(device.attributes.get(name)) for device in bench.offer.devices}
        comparable = not _is_version(str(wanted[name]))
        if len(values) > 1 and comparable:
            return name, wanted[name]
    raise BlockedError(
        "no published attribute tells one device from another",
        next_step="give the check two accelerators that differ, or let the driver publish more",
    )


def _is_version(value: str) -> bool:
    parts = value.split(".")
    return len(parts) == 3 and all(part.isdigit() for part in parts)


async def shared(bench: Bench) -> None:
    """Run two pods at once on one claim."""
    async with bench.slot():
        claim = bench.claim("shared", bench.narrowed(bench.common))
        claim = await bench.harness.create(claim, purpose="shared claim")
        first, second = (pod_with(bench, role, claim) for role in ("shared-a", "shared-b"))
        async with (
            bench.running(first, purpose="shared claim") as one,
            bench.running(second, purpose="shared claim") as other,
        ):
            await bench.probe(one, "shared-a", holds=1)
            await bench.probe(other, "shared-b", holds=1)
        await bench.harness.delete(claim)
