"""The same devices through the older v1beta1 device plugin, for platforms without DRA.

Nodes reach containers through CDI here, too: a plain DeviceSpec takes the mode of the host's node,
with which pods that do not run as root could not open their device.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plimsoll.embedded.accelerators.driver import cdi, kubelet_api, loop_devices
from plimsoll.embedded.accelerators.driver.health import Health
from plimsoll.embedded.accelerators.driver.inventory import Device, Inventory
from plimsoll.embedded.accelerators.driver.misbehaviour import Injection
from plimsoll.embedded.accelerators.driver.settings import DRIVER, RESOURCE, DriverError, Settings

log = logging.getLogger(__name__)

CDI_KIND = f"{DRIVER}/device"
SOCKET = f"{DRIVER}.sock"
_VERSION = "v1beta1"
_LOOK_AT_STREAM = 5.0
_REGISTRATION_TIMEOUT = 5.0


class DevicePluginService:
    """DevicePlugin: lists the devices with their health and hands out the allocated ones."""

    def __init__(self, inventory: Inventory, health: Health, injection: Injection) -> None:
        self._inventory, self._health, self._injection = inventory, health, injection
        self._by_uuid = {device.uuid: device for device in inventory.devices}
        self._messages = kubelet_api.messages("deviceplugin")

    def GetDevicePluginOptions(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Return that nothing optional is served."""
        return self._messages.DevicePluginOptions()

    def ListAndWatch(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802, ARG002
        """Yield the devices now and whenever the health of one changes."""
        known: frozenset[str] | None = None
        while context.is_active() and not self._health.closed:
            found = self._health.unhealthy
            if found != known:
                known = found
                yield self.listing(found)
            self._health.wait_for_change(found, _LOOK_AT_STREAM)

    def listing(self, unhealthy: frozenset[str]) -> Any:
        """Return one message with all devices."""
        return self._messages.ListAndWatchResponse(
            devices=[
                self._messages.Device(
                    ID=device.uuid, health="Unhealthy" if device.name in unhealthy else "Healthy"
                )
                for device in self._inventory.devices
            ]
        )

    def Allocate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Hand out devices, scrubbed, for nobody says when the last holder ended."""
        response = self._messages.AllocateResponse()
        try:
            for container in request.container_requests:
                allocated = [self._device(identity) for identity in container.devices_ids]
                for device in allocated:
                    loop_devices.scrub(device.accelerator.loop_number, device.memory_bytes)
                response.container_responses.append(self._answer(allocated))
        except (DriverError, OSError) as error:
            log.warning("cannot allocate: %s", error)
            import grpc  # noqa: PLC0415  (only the driver's image has it for certain)

            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        return response

    def GetPreferredAllocation(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Return no preference; the kubelet does not ask without the option."""
        return self._messages.PreferredAllocationResponse()

    def PreStartContainer(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Do nothing; the kubelet does not ask without the option."""
        return self._messages.PreStartContainerResponse()

    def _device(self, identity: str) -> Device:
        try:
            return self._by_uuid[identity]
        except KeyError:
            raise DriverError(f"this node has no device with the id {identity!r}") from None

    def _answer(self, allocated: list[Device]) -> Any:
        injected = self._injection(allocated, self._inventory)
        return self._messages.ContainerAllocateResponse(
            envs={device.variable: device.uuid for device in injected},
            cdi_devices=[
                self._messages.CDIDevice(name=f"{CDI_KIND}={device.name}") for device in injected
            ],
        )


class DevicePlugin:
    """The plugin on its socket, registered with the kubelet and again after each of its starts."""

    def __init__(self, settings: Settings, service: DevicePluginService) -> None:
        self._folder = settings.kubelet / "device-plugins"
        self._service = service
        self._server: kubelet_api.Server | None = None
        self._registered_with: int | None = None

    def check(self) -> bool:
        """Register if the kubelet is new since the last time; tell whether it was done.

        A kubelet that starts removes all sockets in the folder, so the plugin serves anew. Raises
        DriverError if the kubelet does not answer.
        """
        kubelet = self._folder / "kubelet.sock"
        try:
            identity = kubelet.stat().st_ino
        except FileNotFoundError:
            return False  # it is starting
        if identity == self._registered_with and (self._folder / SOCKET).exists():
            return False
        self.stop()
        self._server = kubelet_api.Server(self._folder / SOCKET, self._add)
        self._server.start()
        self._register(kubelet)
        self._registered_with = identity
        log.info("the kubelet registered the device plugin")
        return True

    def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _add(self, server: Any) -> None:
        services = kubelet_api.services("deviceplugin")
        services.add_DevicePluginServicer_to_server(self._service, server)

    def _register(self, kubelet: Path) -> None:
        import grpc  # noqa: PLC0415  (only the driver's image has it for certain)

        messages = kubelet_api.messages("deviceplugin")
        request = messages.RegisterRequest(
            version=_VERSION, endpoint=SOCKET, resource_name=RESOURCE
        )
        with grpc.insecure_channel(f"unix:{kubelet}") as channel:
            stub = kubelet_api.services("deviceplugin").RegistrationStub(channel)
            try:
                stub.Register(request, timeout=_REGISTRATION_TIMEOUT)
            except grpc.RpcError as error:
                raise DriverError(f"the kubelet does not register the plugin: {error}") from error


def write_cdi_spec(folder: Path, inventory: Inventory) -> None:
    """Write the CDI file that describes every device of the node."""
    cdi.write_spec(
        folder / f"{DRIVER}-device.json",
        CDI_KIND,
        {device.name: node_only(device) for device in inventory.devices},
    )


def node_only(device: Device) -> dict[str, Any]:
    """Return the edits for the device node alone; the identity comes with the allocation."""
    return {"deviceNodes": cdi.edits([device])["deviceNodes"]}
