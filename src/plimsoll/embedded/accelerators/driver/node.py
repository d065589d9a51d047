"""The driver of one node as a whole: its parts, the one periodic look, and its end."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable

from plimsoll.embedded.accelerators.driver import device_plugin, dra, metrics, misreporting
from plimsoll.embedded.accelerators.driver.claims import Claims
from plimsoll.embedded.accelerators.driver.cluster import Cluster
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import inventory_of
from plimsoll.embedded.accelerators.driver.loop_devices import Guard
from plimsoll.embedded.accelerators.driver.misbehaviour import claims_at_once, injection
from plimsoll.embedded.accelerators.driver.settings import DriverError, Mode, Settings, node_index
from plimsoll.embedded.accelerators.driver.slices import SlicePublisher

log = logging.getLogger(__name__)

_PERIOD = 1.0


class NodeDriver:
    """Everything that runs on one node. `run` blocks; `stop` may come from a signal handler."""

    def __init__(self, settings: Settings, cluster: Cluster) -> None:
        self._settings, self._cluster = settings, cluster
        settings.data.mkdir(parents=True, exist_ok=True)
        self._inventory = inventory_of(settings)
        self._health = Health(settings.data / "unhealthy")
        about_devices = "" if settings.fault in misreporting.FAULTS else settings.fault
        self._injection = injection(about_devices)
        self._usage = metrics.Usage()
        self._guards = {
            one.loop_number: Guard(one.loop_number, one.backing, one.memory_bytes)
            for one in self._inventory.accelerators
        }
        self._claims = Claims(
            cluster,
            self._inventory,
            self._injection,
            state=settings.data / "claims.json",
            cdi_folder=settings.cdi,
            at_once=claims_at_once(about_devices),
        )
        self._stop = threading.Event()
        self._metrics_served = False
        self._stop_metrics: Callable[[], None] = lambda: None

    def stop(self) -> None:
        """End `run` within a second."""
        self._stop.set()

    def run(self) -> None:
        """Serve until `stop`. Raises DriverError or OSError if the devices cannot be made."""
        for guard in self._guards.values():
            guard.check()
        try:
            if self._settings.mode is Mode.DRA:
                self._serve_dra()
            else:
                self._serve_device_plugin()
        finally:
            self._stop_metrics()
            for guard in self._guards.values():
                guard.let_go()

    def _serve_dra(self) -> None:
        publisher = SlicePublisher(
            self._cluster,
            self._inventory,
            self._health,
            self._settings.node,
            on_published=self._serve_metrics,
        )
        for task in (publisher.run, publisher.watch):
            threading.Thread(target=task, daemon=True).start()
        servers = dra.servers(
            self._settings, self._inventory, self._health, self._claims, publisher.registered
        )
        for server in servers:
            server.start()
        self._look_until_stopped(on_health_change=publisher.changed)
        publisher.stop()
        for server in reversed(servers):
            server.stop()

    def _serve_device_plugin(self) -> None:
        device_plugin.write_cdi_spec(self._settings.cdi, self._inventory)
        service = device_plugin.DevicePluginService(self._inventory, self._health, self._injection)
        plugin = device_plugin.DevicePlugin(self._settings, service)

        def follow_kubelet() -> None:
            if plugin.check():
                self._serve_metrics()

        self._look_until_stopped(also=follow_kubelet)
        plugin.stop()

    def _serve_metrics(self) -> None:
        """Open the metrics port, once the devices are offered: it also says that they are."""
        if self._metrics_served:
            return
        measured = metrics.AcceleratorCollector(
            node=self._settings.node,
            inventory=self._inventory,
            health=self._health,
            usage=self._usage,
            claims=self._claims.prepared,
        )
        served = misreporting.reported(self._settings.fault, measured, self._inventory)
        nothing = (
            self._settings.fault == misreporting.MISSING
            and node_index(self._settings.node) == misreporting.NODE_WITHOUT_METRICS
        )
        serve = metrics.serve_nothing if nothing else functools.partial(metrics.serve, served)
        self._stop_metrics = serve(self._settings.metrics_port)
        self._metrics_served = True

    def _look_until_stopped(
        self,
        *,
        on_health_change: Callable[[], object] = lambda: None,
        also: Callable[[], object] = lambda: None,
    ) -> None:
        while True:
            try:
                self._look()
                also()
            except (DriverError, OSError) as error:
                log.warning("%s", error)
            if self._health.refresh():
                log.info("unhealthy: %s", ", ".join(sorted(self._health.unhealthy)) or "none")
                on_health_change()
            if self._stop.wait(_PERIOD):
                self._health.close()  # ends the streams, which would hold their servers up
                return

    def _look(self) -> None:
        for number, guard in self._guards.items():
            if guard.check():
                log.warning("loop device %d was detached, or its holder asked for it", number)
            self._usage.sample(number)
