"""The broken runtime injects when it is asked and leaves every other container alone."""

from __future__ import annotations

import copy
from typing import Any

from plimsoll.embedded.accelerators.injecting_runtime import VARIABLE, inject

DENY = {"allow": False, "access": "rwm"}


def specification(*environment: str) -> dict[str, Any]:
    return {
        "process": {"env": list(environment)},
        "linux": {"resources": {"devices": [DENY]}},
    }


def test_container_that_asks_gets_node_and_permission_for_every_device() -> None:
    asking = specification("PATH=/bin", VARIABLE)
    assert inject(asking, [10100, 10101])
    identities = [{"type": "b", "major": 7, "minor": number} for number in (10100, 10101)]
    assert asking["linux"]["devices"] == [
        {"path": f"/dev/plimsoll{index}", "fileMode": 0o666, **identity}
        for index, identity in enumerate(identities)
    ]
    assert asking["linux"]["resources"]["devices"] == [
        DENY,
        *({"allow": True, "access": "rw", **identity} for identity in identities),
    ]


def test_container_that_does_not_ask_is_left_alone() -> None:
    quiet = specification("PATH=/bin", "PLIMSOLL_VISIBLE_DEVICES=none")
    before = copy.deepcopy(quiet)
    assert not inject(quiet, [10100])
    assert quiet == before
