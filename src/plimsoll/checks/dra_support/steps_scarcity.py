"""Pods that must wait: one more than there are devices, and one whose selector matches nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.checks.dra_support.steps_claims import pod_with
from plimsoll.checks.pods_and_claims import Bench, narrowing_attribute
from plimsoll.harness import Watch

Json = dict[str, Any]

_ROUNDS = 2
"""How often a window that others disturbed is tried."""


async def unsatisfiable(bench: Bench) -> None:
    """Hold a window open in which a pod waits for a device that does not exist."""
    name = "unsatisfiable"
    attribute = narrowing_attribute(bench.offer)
    nothing = dra.attribute_is(bench.offer.driver, attribute, [_no_value(bench, attribute)])
    async with bench.slot():
        impossible = bench.template(name, bench.narrowed(bench.chosen, nothing))
        possible = bench.template(f"{name}-control", bench.narrowed(bench.common))
        for template in (impossible, possible):
            await bench.harness.create(template, purpose=name)
        control = pod_with(bench, f"control.{name}", possible)
        bench.opened(name)
        waiting = await bench.harness.create(
            pod_with(bench, name, impossible, may_pend=True), purpose=name
        )
        try:
            async with bench.running(control, purpose=f"control of {name}"):
                await bench.harness.settle(bench.harness.budget("window").seconds, purpose=name)
                bench.closed(name)
        finally:
            await bench.remove(waiting)


def _no_value(bench: Bench, attribute: str) -> str | int | bool:
    """Return a value of the attribute's own type that no device has."""
    used = [device.attributes.get(attribute) for device in bench.offer.devices]
    numbers = [value for value in used if isinstance(value, int)]
    return max(numbers) + 1 if numbers else f"none-{bench.harness.run_id}"


async def n_plus_one(bench: Bench) -> None:
    """Hold a window open in which N+1 pods want N devices; then let one holder go."""
    for number in range(1, _ROUNDS + 1):
        disturbed = await _round(bench, number)
        if not disturbed:
            return
        await bench.harness.interference(disturbed, round=f"n-plus-one {number}")


async def _round(bench: Bench, number: int) -> str:
    """Try one round; return what disturbed it, or nothing."""
    size = len(bench.chosen)
    template = bench.template(f"contender-r{number}", bench.narrowed(bench.chosen))
    await bench.harness.create(template, purpose="n-plus-one")
    bench.opened("n-plus-one", number, devices=size)
    manifests = [
        pod_with(bench, f"contender-{i}", template, may_pend=True) for i in range(size + 1)
    ]
    for manifest in manifests:
        manifest["metadata"]["name"] += f"-r{number}"
    pods = await asyncio.gather(
        *(bench.harness.create(manifest, purpose="n-plus-one") for manifest in manifests)
    )
    try:
        await _fill(bench, pods, size)
        await bench.harness.settle(bench.harness.budget("window").seconds, purpose="N+1 waits")
        disturbed = await bench.disturbance()
        bench.closed("n-plus-one", number)
        if not disturbed:
            await _release(bench, pods)
        return disturbed
    finally:
        await asyncio.gather(*(bench.remove(pod) for pod in pods))


async def _fill(bench: Bench, pods: list[Json], size: int) -> None:
    """Wait until as many pods run as there are devices, and look into each of them."""
    names = {pod["metadata"]["name"] for pod in pods}
    await bench.pods.until(
        lambda watch: len(_bound(watch, names)) >= size,
        bench.harness.budget("scheduling"),
        waiting_on=lambda watch: f"{len(_bound(watch, names))} of {size} pods have a node",
    )
    holders = [pod for pod in pods if pod["metadata"]["name"] in _bound(bench.pods, names)]
    running = await asyncio.gather(*(bench.harness.running(bench.pods, pod) for pod in holders))
    for pod in running:
        role = pod["metadata"]["labels"]["plimsoll.dev/role"]
        await bench.probe(pod, role, holds=1)


def _bound(watch: Watch, names: set[str]) -> set[str]:
    return {
        pod["metadata"]["name"]
        for pod in watch.objects()
        if pod["metadata"]["name"] in names and pod["spec"].get("nodeName")
    }


async def _release(bench: Bench, pods: list[Json]) -> None:
    """Delete one holder, wait until the pod that waited has its device, and until it runs."""
    names = {pod["metadata"]["name"] for pod in pods}
    bound = _bound(bench.pods, names)
    waiting = next((name for name in sorted(names - bound)), "")
    holder = next(pod for pod in pods if pod["metadata"]["name"] in bound)
    if not waiting:
        return
    await bench.harness.delete(holder, purpose="release")
    await bench.pods.until(
        lambda watch: waiting in _bound(watch, names),
        bench.harness.budget("release", passing_means="the freed device was not given on"),
        waiting_on=f"{waiting} to be given the freed device",
    )
    waiter = next(pod for pod in pods if pod["metadata"]["name"] == waiting)
    await bench.harness.running(bench.pods, waiter)
