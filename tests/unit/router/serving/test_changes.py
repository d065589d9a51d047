"""While it serves: edits are applied, refused settings change nothing, signals read again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.unit.router.serving.conftest import Route, Routing

DOOR = ("--listen", "127.0.0.1:0")


def write(tmp_path: Path, *addresses: str) -> Path:
    file = tmp_path / "e.yaml"
    entries = ", ".join(f"{{url: 'http://{address}'}}" for address in addresses)
    file.write_text(f"endpoints: [{entries}]\n")
    return file


def watcher(routing: Routing) -> int:
    pid = routing.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def test_an_edit_is_applied(route: Route, tmp_path: Path) -> None:
    file = write(tmp_path, "10.0.0.1:1")
    routing = route(*DOOR, "--endpoints", str(file)).serving()
    write(tmp_path, "10.0.0.1:1", "10.0.0.2:1")
    routing.until(lambda: routing.calls("apply"))
    assert routing.addresses("new") == [["10.0.0.1:1"]]
    assert routing.addresses("apply") == [["10.0.0.1:1", "10.0.0.2:1"]]
    assert "new settings: added 10.0.0.2:1 (2 endpoints)" in routing.said
    assert routing.end() == 0


def test_settings_that_are_refused_change_nothing(route: Route, tmp_path: Path) -> None:
    file = write(tmp_path, "10.0.0.1:1")
    routing = route(*DOOR, "--endpoints", str(file)).serving()
    write(tmp_path, "10.9.9.9:1")
    routing.until(lambda: "10.9.9.9 is not wanted" in routing.said)
    write(tmp_path, "10.0.0.3:1")
    routing.until(lambda: routing.calls("apply"))
    assert routing.addresses("apply") == [["10.0.0.3:1"]]
    assert "the settings before stay in force" in routing.said


def test_a_signal_reads_everything_again(route: Route, tmp_path: Path) -> None:
    routing = route(*DOOR, "--endpoints", str(write(tmp_path, "10.0.0.1:1"))).serving()
    routing.process.send_signal(signal.SIGHUP)
    routing.until(lambda: "read again" in routing.said)
    assert routing.addresses("apply") == [["10.0.0.1:1"]]
    assert routing.end() == 0


def test_a_signal_without_files_reads_certificates_again(route: Route) -> None:
    routing = route(*DOOR, "--endpoint", "http://10.0.0.1:1").serving()
    routing.process.send_signal(signal.SIGHUP)
    routing.until(lambda: "read again" in routing.said)
    assert routing.addresses("apply") == [["10.0.0.1:1"]]


def test_a_watcher_that_dies_is_replaced(route: Route, tmp_path: Path) -> None:
    file = write(tmp_path, "10.0.0.1:1")
    routing = route(*DOOR, "--endpoints", str(file)).serving()
    os.kill(watcher(routing), signal.SIGKILL)
    routing.until(lambda: "a new one starts" in routing.said)
    write(tmp_path, "10.0.0.2:1")
    routing.until(lambda: routing.calls("apply"))
    assert routing.addresses("apply") == [["10.0.0.2:1"]]
    assert routing.end() == 0


def test_the_watcher_ends_with_its_parent(route: Route, tmp_path: Path) -> None:
    routing = route(*DOOR, "--endpoints", str(write(tmp_path, "10.0.0.1:1"))).serving()
    pid = watcher(routing)
    routing.process.kill()
    routing.until(lambda: not Path(f"/proc/{pid}").exists())


def test_endpoints_of_the_configuration_s_file_discovery(route: Route, tmp_path: Path) -> None:
    write(tmp_path, "10.0.0.1:1")
    config = tmp_path / "c.yaml"
    config.write_text(
        "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins:\n"
        "- {name: f, type: file-discovery, parameters: {path: e.yaml}}\n- type: queue-scorer\n"
        "dataLayer: {discovery: {pluginRef: f}}\n"
    )
    routing = route(*DOOR, "--config", str(config)).serving()
    assert routing.addresses("new") == [["10.0.0.1:1"]]
