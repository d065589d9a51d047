"""What there is to know of an accelerator family before looking at a cluster: pure data.

A family says how its devices are asked for, which device nodes a container gets, which of these
are a device each and which are shared controls, and how an identity in a ResourceSlice reads
inside a pod. What a family does not say is unknown, and claims that need it are UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Json = dict[str, Any]

PLACEHOLDER = "{identity}"
"""Stands in a bypass for the identity of a device that this run holds."""


class Bypass(Struct, frozen=True, kw_only=True):
    """One way in which an unclaimed pod might ask a runtime for devices."""

    kind: str
    """environment, volume-mounts, annotation or runtime-class: which claim it belongs to."""
    name: str
    """Unique in its kind, for example `NVIDIA_VISIBLE_DEVICES=all`."""
    environment: dict[str, str] = {}
    mount_paths: tuple[str, ...] = ()
    """Where an empty volume is mounted."""
    annotations: dict[str, str] = {}
    runtime_class: str = ""

    def needs_identity(self) -> bool:
        """Tell whether it has to be filled in with a device's identity."""
        texts = (*self.environment.values(), *self.mount_paths, *self.annotations.values())
        return any(PLACEHOLDER in text for text in texts)

    def filled(self, identity: str) -> Bypass:
        """Return it with a device's identity put in."""

        def fill(text: str) -> str:
            return text.replace(PLACEHOLDER, identity)

        return Bypass(
            kind=self.kind,
            name=self.name,
            environment={key: fill(value) for key, value in self.environment.items()},
            mount_paths=tuple(fill(path) for path in self.mount_paths),
            annotations={key: fill(value) for key, value in self.annotations.items()},
            runtime_class=self.runtime_class,
        )


class Family(Struct, frozen=True, kw_only=True):
    """One accelerator family."""

    name: str
    title: str
    drivers: tuple[str, ...] = ()
    """DRA driver names whose devices are accelerators of this family."""
    device_classes: tuple[str, ...] = ()
    """Device classes that give one whole device, the preferred one first."""
    resources: tuple[str, ...] = ()
    """Regular expressions of extended resource names."""
    whole: str = ""
    """Of these, the name that gives one whole device; empty where the platform chooses it."""
    shared_resources: tuple[str, ...] = ()
    """Of these, the ones whose units share a device (regular expressions)."""
    sharing_labels: dict[str, str] = {}
    """Node labels by which a device plugin says that it gives one device to several pods, each with
    what the label's value then looks like (regular expression)."""
    identity_nodes: tuple[str, ...] = ()
    """Regular expressions of device node paths that are one device each."""
    control_nodes: tuple[str, ...] = ()
    """Nodes that claimants may share and that must be absent without a claim."""
    identity_attribute: str = ""
    """The slice attribute that identifies a device, as it is named there."""
    identity_device_name: str = ""
    """Where the device's name identifies it: a regular expression with one group."""
    identity_environment: str = ""
    """Names of variables that carry identities in a pod (regular expression)."""
    identity_from_nodes: str = ""
    """Paths of device nodes that carry the identity in a group (regular expression)."""
    identity_command: tuple[str, ...] = ()
    """A vendor tool that prints identities; run only in pods that hold a claim."""
    identity_line: str = r"(.+)"
    """What a line of the tool looks like, with the identity in a group."""
    partition_identity: str = ""
    """What the identity of a partition looks like. Partitions of one device share its node, and a
    container with a partition has the identity of the partition, not of the whole."""
    identity_form: str = r".+"
    """What an identity looks like; other words (`all`, `void`) are none."""
    bypasses: tuple[Bypass, ...] = ()
    runtime_classes: tuple[str, ...] = ()
    taints: tuple[str, ...] = ()
    writable: bool = False
    """A device is a block device, which a holder may write to and read from."""

    @property
    def nodes_known(self) -> bool:
        """Whether it is known which device nodes a claimed container must have."""
        return bool(self.identity_nodes)

    @property
    def identity_in_pod(self) -> bool:
        """Whether an identity in a slice can be compared with one in a pod."""
        published = self.identity_attribute or self.identity_device_name
        inside = self.identity_environment or self.identity_from_nodes or self.identity_command
        return bool(published and inside)

    def offers(self, resource: str) -> bool:
        """Tell whether an extended resource is one of this family's."""
        return any(re.fullmatch(pattern, resource) for pattern in self.resources)

    def shares(self, resource: str) -> bool:
        """Tell whether units of an extended resource share a device."""
        return any(re.fullmatch(pattern, resource) for pattern in self.shared_resources)

    def shares_on(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a node with these labels gives one device to several pods."""
        return any(
            re.fullmatch(pattern, labels.get(name, ""))
            for name, pattern in self.sharing_labels.items()
        )

    def identity(self, device: str, attributes: Json) -> str:
        """Return what identifies a published device; empty where that is not known."""
        if self.identity_attribute:
            return str(attributes.get(self.identity_attribute, ""))
        match = (
            re.fullmatch(self.identity_device_name, device) if self.identity_device_name else None
        )
        return match[1] if match else ""

    def probe_arguments(self, *, tool: bool, own_environment: tuple[str, ...] = ()) -> Json:
        """Return what the device probe must know of the family.

        `tool` allows the vendor's tool (only in pods that hold a claim); variables named in
        `own_environment` were set by the check itself and are no identities.
        """
        return {
            "identity_nodes": list(self.identity_nodes),
            "control_nodes": list(self.control_nodes),
            "identity_environment": self.identity_environment,
            "identity_from_nodes": self.identity_from_nodes,
            "identity_command": list(self.identity_command) if tool else [],
            "identity_line": self.identity_line,
            "identity_form": self.identity_form,
            "partition_identity": self.partition_identity,
            "own_environment": list(own_environment),
        }


NVIDIA_BYPASSES: tuple[Bypass, ...] = (
    Bypass(
        kind="environment",
        name="NVIDIA_VISIBLE_DEVICES=all",
        environment={"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "all"},
    ),
    Bypass(
        kind="environment",
        name="NVIDIA_VISIBLE_DEVICES=held",
        environment={"NVIDIA_VISIBLE_DEVICES": PLACEHOLDER, "NVIDIA_DRIVER_CAPABILITIES": "all"},
    ),
    Bypass(
        kind="volume-mounts",
        name="nvidia-container-devices",
        environment={"NVIDIA_VISIBLE_DEVICES": "/var/run/nvidia-container-devices"},
        mount_paths=("/var/run/nvidia-container-devices/all",),
    ),
    Bypass(
        kind="annotation",
        name="cdi nvidia.com/gpu=all",
        annotations={"cdi.k8s.io/plimsoll": "nvidia.com/gpu=all"},
    ),
)
"""Tried on every family: runtimes for NVIDIA are found on nodes of all kinds."""
