"""What a node's accelerators are doing, in the Prometheus text format.

Used memory is what the backing file really occupies, bytes and busy time are the kernel's own
counters; nothing here is made up. A scrape flushes the page cache first, so that buffered writes
count, too. Busy time has steps of 4 ms and reads 5 to 27 % low: exact checks belong on bytes.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from plimsoll.embedded.accelerators.driver import loop_devices
from plimsoll.embedded.accelerators.driver.claims import Claim
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Accelerator, Inventory
from plimsoll.embedded.accelerators.driver.settings import DRIVER

log = logging.getLogger(__name__)

PREFIX = "plimsoll_accelerator"
LABELS = ("uuid", "device", "node", "driver")
_BLOCK = 512


class Usage:
    """The share of the last second in which each accelerator was busy."""

    def __init__(
        self,
        counters: Callable[[int], loop_devices.Counters] = loop_devices.counters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counters, self._clock = counters, clock
        self._last: dict[int, tuple[float, int]] = {}
        self._ratio: dict[int, float] = {}

    def sample(self, loop_number: int) -> None:
        """Look at one accelerator; call it about once a second. Raises OSError if it is gone."""
        now, busy = self._clock(), self._counters(loop_number).busy_milliseconds
        if loop_number in self._last:
            then, before = self._last[loop_number]
            elapsed = max(now - then, 1e-3) * 1000
            self._ratio[loop_number] = min(1.0, max(0.0, (busy - before) / elapsed))
        self._last[loop_number] = (now, busy)

    def ratio(self, loop_number: int) -> float:
        """Return the share between 0 and 1; 0 before the second sample."""
        return self._ratio.get(loop_number, 0.0)


class DescribedCollector(Collector):
    """A collector that knows its metrics without collecting."""

    @abstractmethod
    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values."""


class AcceleratorCollector(DescribedCollector):
    """Collects everything at each scrape."""

    def __init__(
        self,
        *,
        node: str,
        inventory: Inventory,
        health: Health,
        usage: Usage,
        claims: Callable[[], Iterable[Claim]],
    ) -> None:
        self._node, self._inventory, self._health = node, inventory, health
        self._usage, self._claims = usage, claims

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values, so that registering does not collect."""
        return self._families().values()

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of all accelerators; one that cannot be read has no I/O values."""
        families = self._families()
        for accelerator in self._inventory.accelerators:
            try:
                self._measure(accelerator, families)
            except OSError as error:
                log.warning("cannot measure accelerator %d: %s", accelerator.index, error)
        self._describe_holders(families)
        return families.values()

    def _families(self) -> dict[str, Metric]:
        def gauge(name: str, text: str, labels: tuple[str, ...] = LABELS) -> GaugeMetricFamily:
            return GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=labels)

        def counter(name: str, text: str) -> CounterMetricFamily:
            return CounterMetricFamily(f"{PREFIX}_{name}", text, labels=LABELS)

        return {
            "used": gauge("memory_used_bytes", "Accelerator memory in use."),
            "total": gauge("memory_total_bytes", "Accelerator memory."),
            "utilization": gauge("utilization_ratio", "Share of the last second spent busy."),
            "read": counter("read_bytes", "Bytes read from accelerator memory."),
            "written": counter("write_bytes", "Bytes written to accelerator memory."),
            "busy": counter("busy_milliseconds", "Time spent busy."),
            "attached": gauge("attached", "1 if the device exists and can be used."),
            "healthy": gauge("healthy", "0 if the device is reported as unhealthy."),
            "claimed": gauge(
                "claimed",
                "1 for each claim that holds the device.",
                (*LABELS, "namespace", "claim"),
            ),
        }

    def _measure(self, accelerator: Accelerator, families: Mapping[str, Metric]) -> None:
        number = accelerator.loop_number
        loop_devices.flush(number)
        counters = loop_devices.counters(number)
        values = {
            "used": accelerator.backing.stat().st_blocks * _BLOCK,
            "total": accelerator.memory_bytes,
            "utilization": self._usage.ratio(number),
            "read": counters.read_bytes,
            "written": counters.write_bytes,
            "busy": counters.busy_milliseconds,
            "attached": int(loop_devices.is_attached(number)),
        }
        device = f"accelerator-{accelerator.index}"
        for key, value in values.items():
            self._add(families[key], accelerator.uuid, device, value)

    def _describe_holders(self, families: Mapping[str, Metric]) -> None:
        for device in self._inventory.devices:
            healthy = int(device.name not in self._health.unhealthy)
            self._add(families["healthy"], device.uuid, device.name, healthy)
        for claim in self._claims():
            for held in claim.held:
                uuid = self._inventory.device(held.device).uuid
                holder = (claim.namespace, claim.name)
                self._add(families["claimed"], uuid, held.device, 1, holder)

    def _add(
        self, family: Metric, uuid: str, device: str, value: float, more: tuple[str, ...] = ()
    ) -> None:
        labels = dict(zip(LABELS, (uuid, device, self._node, DRIVER), strict=True))
        if more:
            labels |= dict(zip(("namespace", "claim"), more, strict=True))
        suffix = "_total" if isinstance(family, CounterMetricFamily) else ""
        family.add_sample(family.name + suffix, labels, value)


def serve(collector: Collector, port: int) -> Callable[[], None]:
    """Serve the metrics on every address of the pod; return what stops it."""
    registry = CollectorRegistry()
    registry.register(collector)
    return _stopper(*start_http_server(port, registry=registry))


def serve_nothing(port: int) -> Callable[[], None]:
    """Open the port and answer 404 to everything; return what stops it."""

    class NotFound(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(HTTPStatus.NOT_FOUND)

    server = ThreadingHTTPServer(("", port), NotFound)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    return _stopper(server, thread)


def _stopper(server: BaseServer, thread: threading.Thread) -> Callable[[], None]:
    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(2)

    return stop
