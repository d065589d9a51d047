"""Options of the Envoy configuration that make no sense are refused, with what to change."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from plimsoll.errors import UsageError
from plimsoll.router.envoy import render
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool, PickerTls

POOL = EnvoyPool(endpoints=("127.0.0.1:8000", "[::1]:8000"))

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"pools": ()}, "no endpoints"),
    ({"listen": "8081"}, "listen: '8081' is not host:port"),
    ({"listen": "::1:80801"}, "not host:port|no port"),
    ({"admin": "127.0.0.1:70000"}, "no port from 0 to 65535"),
    ({"retries": 11}, "retries is 11"),
    ({"buffer_bytes": 1}, "buffer_bytes is 1"),
    ({"health_check_seconds": 0.0}, "health_check_seconds is 0"),
    ({"picker_seconds": float("nan")}, "picker_seconds is nan"),
    ({"picker_tls": PickerTls(name="x")}, "no authority vouches"),
    ({"pools": (POOL, POOL)}, "two pools have one name"),
]
WRONG_POOLS: list[tuple[dict[str, Any], str]] = [
    ({"endpoints": ()}, "has no endpoints"),
    ({"endpoints": ("10.0.0.1:80", "10.0.0.1:80")}, "names an endpoint twice"),
    ({"endpoints": ("engine:8000",)}, "'engine:8000' of pool pool is a name"),
    ({"endpoints": ("10.0.0.1",)}, "not host:port"),
    ({"name": "A b"}, "'A b' cannot name a pool"),
    ({"prefix": "v1"}, "'v1' of pool pool is no path"),
    ({"weight": -1}, "weight of pool pool is -1"),
    ({"picker": ":9002"}, "picker of pool pool: ':9002' is not host:port"),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_options_are_refused(changes: dict[str, Any], words: str) -> None:
    options = msgspec.structs.replace(EnvoyOptions(pools=(POOL,)), **changes)
    with pytest.raises(UsageError, match=words) as error:
        render(options)
    assert error.value.next_step


@pytest.mark.parametrize(("changes", "words"), WRONG_POOLS)
def test_pools_are_refused(changes: dict[str, Any], words: str) -> None:
    pool = msgspec.structs.replace(POOL, **changes)
    with pytest.raises(UsageError, match=words) as error:
        render(EnvoyOptions(pools=(pool,)))
    assert error.value.next_step
