"""Options that cannot be meant are refused with what can be."""

from __future__ import annotations

from typing import Any

import pytest

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.engine_sim import EngineOptions, EngineServer


@pytest.mark.parametrize(
    "wrong",
    [
        {"blocks": 0},
        {"max_num_seqs": 0},
        {"failure_rate": 1.1},
        {"prefill_us": -1},
        {"failure_status": 200},
        {"model": ""},
        {"model": "m", "adapters": ("m",)},
        {"adapters": ("a", "a")},
        {"adapters": ("",)},
    ],
    ids=str,
)
def test_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        EngineServer(EngineOptions(**wrong))
    assert caught.value.next_step


def test_what_is_in_range_is_said_in_digits() -> None:
    with pytest.raises(UsageError) as caught:
        EngineServer(EngineOptions(blocks=0))
    assert caught.value.next_step == "give a value from 1 to 100,000,000"


async def test_address_that_is_none() -> None:
    with pytest.raises(UsageError, match="is not an address"):
        async with EngineServer(EngineOptions(), "somewhere"):
            pass


async def test_address_that_is_taken() -> None:
    async with EngineServer(EngineOptions()) as first:
        with pytest.raises(PlimsollError, match="cannot listen on"):
            async with EngineServer(EngineOptions(), first.address):
                pass
