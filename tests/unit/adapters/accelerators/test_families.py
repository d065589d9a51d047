"""Families are data that can be relied on: patterns compile, names are told apart."""

from __future__ import annotations

import re

import pytest

from plimsoll.adapters.accelerators import families
from plimsoll.adapters.accelerators.family import Family

FAMILIES = list(families.registry().values())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_patterns_compile(family: Family) -> None:
    patterns = (
        *family.resources,
        *family.identity_nodes,
        *family.control_nodes,
        family.identity_environment,
        family.identity_from_nodes,
        family.identity_form,
    )
    assert [re.compile(pattern).pattern for pattern in patterns] == list(patterns)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_bypasses_have_names_of_their_own(family: Family) -> None:
    names = [(bypass.kind, bypass.name) for bypass in family.bypasses]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("nvidia.com/gpu", "nvidia"),
        ("nvidia.com/mig-1g.10gb", "nvidia"),
        ("amd.com/gpu", "amd"),
        ("aws.amazon.com/neuron", "neuron"),
        ("google.com/tpu", "tpu"),
        ("gpu.intel.com/xe", "intel"),
        ("plimsoll.dev/accelerator", "plimsoll"),
    ],
)
def test_resource_belongs_to_its_family(resource: str, name: str) -> None:
    found = families.of_resource(resource)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("resource", ["cpu", "rdma/hca", "nvidia.com/gpu-driver"])
def test_other_resources_are_no_accelerators(resource: str) -> None:
    assert families.of_resource(resource) is None


def test_identity_of_an_amd_device_is_its_render_node() -> None:
    assert families.registry()["amd"].identity("gpu-1-129", {}) == "129"


def test_bypass_is_filled_with_an_identity() -> None:
    held = next(b for b in families.registry()["nvidia"].bypasses if b.needs_identity())
    assert held.filled("GPU-1").environment["NVIDIA_VISIBLE_DEVICES"] == "GPU-1"


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        ({}, False),
        ({"nvidia.com/gpu.sharing-strategy": "none"}, False),
        ({"nvidia.com/gpu.sharing-strategy": "time-slicing"}, True),
        ({"cloud.google.com/gke-gpu-sharing-strategy": "mps"}, True),
    ],
)
def test_node_that_shares_its_devices_says_so(labels: dict[str, str], shared: bool) -> None:
    assert families.registry()["nvidia"].shares_on(labels) is shared


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_whole_device_is_one_of_the_family_s_resources(family: Family) -> None:
    assert not family.whole or (family.offers(family.whole) and not family.shares(family.whole))
