"""The driver as the kubelet sees it: registration, preparing of claims, health of devices."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver import kubelet_api
from plimsoll.embedded.accelerators.driver.claims import Claims
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.settings import DRIVER, DriverError, Settings

log = logging.getLogger(__name__)

_HEALTHY, _UNHEALTHY = 1, 2
_HEALTH_PERIOD = 10.0  # the kubelet takes a device for unknown after 30 s of silence


class PreparationService:
    """DRAPlugin: prepares and releases claims, each on its own: one that fails stops no other."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._messages = kubelet_api.messages("dra")

    def NodePrepareResources(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Prepare every claim of the request; a failure is told in the claim's answer."""
        response = self._messages.NodePrepareResourcesResponse()
        for claim in request.claims:
            answer = response.claims[claim.uid]
            try:
                answer.devices.extend(self._prepared(claim))
            except (DriverError, OSError) as error:
                log.warning("cannot prepare %s/%s: %s", claim.namespace, claim.name, error)
                answer.error = str(error)
        return response

    def NodeUnprepareResources(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Release every claim of the request; a failure is told in the claim's answer."""
        response = self._messages.NodeUnprepareResourcesResponse()
        for claim in request.claims:
            answer = response.claims[claim.uid]  # the entry must be there even without an error
            try:
                self._claims.unprepare(claim.uid)
                log.info("released %s/%s", claim.namespace, claim.name)
            except (DriverError, OSError) as error:
                log.warning("cannot release %s/%s: %s", claim.namespace, claim.name, error)
                answer.error = str(error)
        return response

    def _prepared(self, claim: Any) -> list[Any]:
        held = self._claims.prepare(claim.uid, claim.namespace, claim.name)
        names = ", ".join(one.device for one in held)
        log.info("prepared %s/%s: %s", claim.namespace, claim.name, names)
        return [
            self._messages.Device(
                request_names=[one.request],
                pool_name=one.pool,
                device_name=one.device,
                cdi_device_ids=one.cdi_ids,
            )
            for one in held
        ]


class RegistrationService:
    """Registration: tells the kubelet who the driver is and hears whether it was accepted."""

    def __init__(self, endpoint: Path, on_registered: Callable[[], None]) -> None:
        self._endpoint, self._on_registered = endpoint, on_registered
        self._messages = kubelet_api.messages("registration")

    def GetInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Return name, socket and interfaces of the driver."""
        return self._messages.PluginInfo(
            type="DRAPlugin",
            name=DRIVER,
            endpoint=str(self._endpoint),
            supported_versions=["v1.DRAPlugin", "v1.DRAResourceHealth"],
        )

    def NotifyRegistrationStatus(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Take note of the kubelet's decision."""
        if request.plugin_registered:
            log.info("the kubelet registered the driver")
            self._on_registered()
        else:
            log.error("the kubelet refused the driver: %s", request.error)
        return self._messages.RegistrationStatusResponse()


class HealthService:
    """DRAResourceHealth: a stream that speaks at once when a device's health changes."""

    def __init__(self, inventory: Inventory, health: Health, pool: str) -> None:
        self._inventory, self._health, self._pool = inventory, health, pool
        self._messages = kubelet_api.messages("health")

    def NodeWatchResources(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802, ARG002
        """Yield the health of all devices now, at each change, and every ten seconds."""
        known = self._health.unhealthy
        while context.is_active() and not self._health.closed:
            yield self.report(known)
            known = self._health.wait_for_change(known, _HEALTH_PERIOD)

    def report(self, unhealthy: frozenset[str]) -> Any:
        """Return one message with the health of every device."""
        return self._messages.NodeWatchResourcesResponse(
            devices=[
                self._messages.DeviceHealth(
                    device=self._messages.DeviceIdentifier(
                        pool_name=self._pool, device_name=device.name
                    ),
                    health=_UNHEALTHY if device.name in unhealthy else _HEALTHY,
                    last_updated_time=int(time.time()),
                    message="reported as unhealthy" if device.name in unhealthy else "",
                )
                for device in self._inventory.devices
            ]
        )


def servers(
    settings: Settings,
    inventory: Inventory,
    health: Health,
    claims: Claims,
    on_registered: Callable[[], None],
) -> list[kubelet_api.Server]:
    """Return the servers of the driver in the order in which they must start."""
    endpoint = settings.kubelet / "plugins" / DRIVER / "dra.sock"
    preparation = PreparationService(claims)
    stream = HealthService(inventory, health, settings.node)
    registration = RegistrationService(endpoint, on_registered)
    dra, healths, registrations = map(kubelet_api.services, ("dra", "health", "registration"))
    return [
        kubelet_api.Server(
            endpoint,
            lambda server: dra.add_DRAPluginServicer_to_server(preparation, server),
            lambda server: healths.add_DRAResourceHealthServicer_to_server(stream, server),
        ),
        kubelet_api.Server(
            settings.kubelet / "plugins_registry" / f"{DRIVER}-reg.sock",
            lambda server: registrations.add_RegistrationServicer_to_server(registration, server),
        ),
    ]
