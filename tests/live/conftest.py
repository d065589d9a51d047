"""One healthy platform for all live tests, and a namespace of its own for each test.

PLIMSOLL_LIVE_PLATFORM names a platform that is already up; it is used and left running.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace

from plimsoll import checks
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.platform import Platform, down, load, up
from plimsoll.record import Judgement

from .checking import check_all

NAME = "live-tests"


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    if lent := os.environ.get("PLIMSOLL_LIVE_PLATFORM"):
        found = load(lent)
        assert found is not None, f"there is no platform {lent!r}"
        yield found
        found.close()
        return
    down(NAME)
    made = up(PlatformConfig(name=NAME, accelerator_memory=64 << 20))
    yield made
    made.close()
    down(NAME)


@pytest.fixture(scope="session")
def whole_run(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judgement]:
    """Check everything in one run, as a user would, and return how each requirement is judged."""
    folder = tmp_path_factory.mktemp("check") / "run"
    return check_all(checks.available(), platform.config.name, folder)


@pytest.fixture
def namespace(platform: Platform) -> Iterator[str]:
    name = f"live-{secrets.token_hex(4)}"
    platform.client.create(Namespace(metadata=ObjectMeta(name=name)))
    yield name
    platform.client.delete(Namespace, name)
