"""The driver's configuration comes from its environment and is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.embedded.accelerators.driver.settings import DriverError, Mode, Settings

ENVIRONMENT = {
    "NODE_NAME": "demo-node-2",
    "PLIMSOLL_PLATFORM": "demo",
    "PLIMSOLL_ACCELERATORS": "4",
    "PLIMSOLL_MEMORY_BYTES": "1048576",
    "PLIMSOLL_LOOP_BASE": "11000",
    "PLIMSOLL_DATA": "/data",
}


def test_each_node_has_a_hundred_loop_numbers_and_a_folder_of_its_own() -> None:
    settings = Settings.from_environment(ENVIRONMENT)
    assert (settings.loop_base, settings.data) == (11200, Path("/data/demo-node-2"))
    assert (settings.mode, settings.fault) == (Mode.DRA, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [("PLIMSOLL_ACCELERATORS", "many"), ("PLIMSOLL_MODE", "magic"), ("NODE_NAME", "unnumbered")],
)
def test_senseless_value_is_an_error_that_shows_it(name: str, value: str) -> None:
    with pytest.raises(DriverError, match=value):
        Settings.from_environment({**ENVIRONMENT, name: value})


def test_missing_variable_is_named() -> None:
    environment = {name: text for name, text in ENVIRONMENT.items() if name != "PLIMSOLL_DATA"}
    with pytest.raises(DriverError, match="PLIMSOLL_DATA"):
        Settings.from_environment(environment)
