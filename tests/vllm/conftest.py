"""Two vLLM servers for all tests here, and a reason to skip where nobody asked for several GB."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.vllm.door import Door, Kind, open_door
from tests.vllm.engine import Engine
from tests.vllm.environment import Environment

ASKED = "PLIMSOLL_VLLM"
"""Set by `python -m tests.vllm`, which installs what is needed."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vllm: runs two real vLLM servers (7 GB, minutes)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.vllm)
            if not os.environ.get(ASKED):
                item.add_marker(pytest.mark.skip(reason="two real vLLM servers: make test-vllm"))


Note = Callable[[str], None]
"""Takes what a test has to say for the record."""


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    return lambda text: record_property("note", text)


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Engine]]:
    """Two servers, ready."""
    environment = Environment()
    logs = tmp_path_factory.mktemp("vllm")
    started: list[Engine] = []
    try:
        started.extend(Engine(environment, logs / f"{number}.log") for number in range(2))
        for engine in started:
            engine.ready()
        yield started
    finally:
        for engine in started:
            engine.stop()


@pytest.fixture(params=["proxy", "envoy"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each way in."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
async def door(kind: Kind, engines: list[Engine]) -> AsyncIterator[Door]:
    """A way in to both servers, with the router's own settings."""
    async with open_door(kind, engines) as door:
        yield door
