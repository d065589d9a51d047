"""What the waiting pod asks for, from the user's word down to a guess."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from plimsoll.adapters.accelerators import families
from plimsoll.adapters.accelerators.discovery import DEVICE_PLUGIN, DRA, Offer
from plimsoll.adapters.autoscalers.autoscaler import Autoscaler
from plimsoll.checks.cluster_autoscaling import asks as module
from plimsoll.checks.cluster_autoscaling.sightings import GUESSED
from plimsoll.harness import BlockedError, Options


def plugin(resource: str, **nodes: int) -> Offer:
    family = families.of_resource(resource) or families.unknown(resource)
    return Offer(way=DEVICE_PLUGIN, family=family, resource=resource, nodes=nodes)


def published(family: str) -> Offer:
    return Offer(way=DRA, family=families.registry()[family], device_class=f"class-of-{family}")


def pools(*taints: str) -> list[Autoscaler]:
    return [Autoscaler(name="Karpenter", signs=("1 NodePool",), names=taints)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    async def ask(
        offers: Sequence[Offer], found: Sequence[Autoscaler] = (), **options: Any
    ) -> tuple[list[tuple[str, str]], list[str]]:
        async def discover(*_: object) -> Sequence[Offer]:
            return offers

        monkeypatch.setattr(module, "discover", discover)
        harness: Any = SimpleNamespace(options=Options(**options), cluster=None)
        wanted, others = await module.asks(harness, found)
        return [(each.type, each.basis) for each in wanted], [each.type for each in others]

    return ask


async def test_what_the_user_names_comes_first(asked: Any) -> None:
    found = await asked([plugin("nvidia.com/gpu")], resource="example.com/card")
    assert found == ([("example.com/card", "the user named it")], [])


async def test_what_nodes_offer_comes_next(asked: Any) -> None:
    wanted, others = await asked([published("nvidia"), plugin("nvidia.com/gpu", n1=1)])
    assert (wanted, others) == ([("nvidia.com/gpu", "nodes offer it")], [])


@pytest.mark.parametrize(
    ("taint", "resource"),
    [
        ("plimsoll.dev/accelerator", "plimsoll.dev/accelerator"),
        ("nvidia.com/gpu", "nvidia.com/gpu"),
        ("amd.com/gpu", "amd.com/gpu"),
    ],
)
async def test_a_pool_that_starts_from_zero_names_it_by_its_taint(
    asked: Any, taint: str, resource: str
) -> None:
    wanted, _ = await asked([published("plimsoll")], pools("CriticalAddonsOnly", taint))
    assert wanted == [(resource, "a taint of the autoscaler's pools names it")]


async def test_the_family_of_published_devices_is_a_guess_and_then_a_claim(asked: Any) -> None:
    wanted, _ = await asked([published("nvidia")])
    assert wanted == [
        ("nvidia.com/gpu", GUESSED),
        ("class-of-nvidia", "devices are published"),
    ]


async def test_two_resources_of_one_family_are_two_types(asked: Any) -> None:
    offers = [plugin("nvidia.com/gpu"), plugin("nvidia.com/mig-1g.10gb")]
    wanted, others = await asked(offers)
    assert ([kind for kind, _ in wanted], others) == (
        ["nvidia.com/gpu"],
        ["nvidia.com/mig-1g.10gb"],
    )


async def test_two_families_are_asked_about_unless_both_may_be_tried(asked: Any) -> None:
    offers = [plugin("nvidia.com/gpu"), plugin("amd.com/gpu")]
    with pytest.raises(BlockedError, match="several kinds of accelerator"):
        await asked(offers)
    wanted, others = await asked(offers, thorough=True)
    assert ([kind for kind, _ in wanted], others) == (["nvidia.com/gpu"], ["amd.com/gpu"])


async def test_nothing_to_go_by_is_blocked(asked: Any) -> None:
    with pytest.raises(BlockedError, match="no node, pool or driver says"):
        await asked([])
