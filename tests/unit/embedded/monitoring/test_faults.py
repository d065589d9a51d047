"""What the monitoring's faults make of it, and that a cache in between keeps the first page."""

from __future__ import annotations

import http.client
import itertools
import runpy
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded import faults, monitoring
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.monitoring import prometheus
from plimsoll.embedded.monitoring.scraping import scrape_configuration

Json = dict[str, Any]
PROGRAM = Path(monitoring.__file__).parent / "caching_proxy.py"


def broken(name: str) -> PlatformConfig:
    return faults.effective(PlatformConfig(faults=(name,)))


def deployment(config: PlatformConfig) -> Json:
    found = next(item for item in prometheus.manifests(config) if item["kind"] == "Deployment")
    template: Json = found["spec"]["template"]
    return template


def test_the_first_value_is_kept_by_a_proxy_beside_prometheus() -> None:
    config = broken("monitoring-keeps-first-value")
    jobs = scrape_configuration(config)["scrape_configs"]
    assert {job["proxy_url"] for job in jobs} == {"http://127.0.0.1:9091"}
    main, proxy = deployment(config)["spec"]["containers"]
    assert (main["name"], proxy["name"]) == ("prometheus", "cache")
    files = next(item for item in prometheus.manifests(config) if item["kind"] == "ConfigMap")
    assert files["data"]["caching_proxy.py"] == PROGRAM.read_text()
    assert proxy["command"][1] == "/etc/prometheus/caching_proxy.py"


def test_accelerators_only_means_their_namespace_and_no_pods() -> None:
    (job,) = scrape_configuration(broken("monitoring-accelerators-only"))["scrape_configs"]
    assert job["kubernetes_sd_configs"] == [
        {"role": "endpointslice", "namespaces": {"names": ["plimsoll-accelerators"]}}
    ]


def test_each_fault_that_changes_the_configuration_starts_prometheus_anew() -> None:
    configs = [
        PlatformConfig(),
        broken("monitoring-keeps-first-value"),
        broken("monitoring-accelerators-only"),
    ]
    digests = {
        deployment(config)["metadata"]["annotations"]["plimsoll.dev/settings"] for config in configs
    }
    assert len(digests) == 3


class Counting(BaseHTTPRequestHandler):
    numbers = itertools.count(1)

    def do_GET(self) -> None:
        body = str(next(self.numbers)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join(5)


@pytest.fixture
def origin() -> Iterator[int]:
    yield from _served(Counting)


@pytest.fixture
def proxy() -> Iterator[int]:
    names = runpy.run_path(str(PROGRAM))
    yield from _served(names["handler"](names["Pages"]()))


def through(proxy: int, url: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
    connection.request("GET", url)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], body


def test_the_proxy_answers_for_ever_what_it_saw_first(origin: int, proxy: int) -> None:
    url = f"http://127.0.0.1:{origin}/metrics"
    first = through(proxy, url)
    assert first[:2] == (200, "text/plain; version=0.0.4")
    assert through(proxy, url) == first
    assert through(proxy, url + "?other") != first


def test_the_proxy_does_not_keep_a_failure(proxy: int) -> None:
    with HTTPServer(("127.0.0.1", 0), Counting) as closed:
        port = closed.server_address[1]
    assert through(proxy, f"http://127.0.0.1:{port}/metrics")[0] == 502
