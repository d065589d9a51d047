"""`plimsoll route envoy` prints a configuration for the endpoints of flags and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from plimsoll.cli import run
from plimsoll.errors import ExitCode

Capture = pytest.CaptureFixture[str]


def addresses(node: Any) -> list[str]:
    """Return every `address:port` of a configuration."""
    if isinstance(node, dict):
        if "port_value" in node:
            return [f"{node['address']}:{node['port_value']}"]
        return [found for each in node.values() for found in addresses(each)]
    return [found for each in node for found in addresses(each)] if isinstance(node, list) else []


def test_endpoints_and_picker_stand_in_it(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("endpoints: [{url: 'http://10.0.0.2:8000'}]")
    picker = ("--picker", "127.0.0.1:9005")
    flags = ("--endpoint", "10.0.0.1:8000", "--endpoints", str(file), *picker)
    assert run(["route", "envoy", *flags]) == ExitCode.PASS
    found = addresses(YAML(typ="safe", pure=True).load(capsys.readouterr().out))
    assert {"10.0.0.1:8000", "10.0.0.2:8000", "127.0.0.1:9005"} <= set(found)


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ("https://10.0.0.1:8000", "speaks TLS"),
        ("http://no-such-name.invalid:1", "cannot be looked up"),
    ],
)
def test_what_no_configuration_is_written_for(endpoint: str, says: str, capsys: Capture) -> None:
    assert run(["route", "envoy", "--endpoint", endpoint]) in {
        ExitCode.USAGE,
        ExitCode.TOOL_FAILED,
    }
    assert says in capsys.readouterr().err


def test_without_an_endpoint_only_flags_of_this_command_are_named(capsys: Capture) -> None:
    assert run(["route", "envoy"]) == ExitCode.USAGE
    assert "next: give --endpoint URL or --endpoints FILE\n" in capsys.readouterr().err
