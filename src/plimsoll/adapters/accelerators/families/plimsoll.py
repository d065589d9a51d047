"""The simulated accelerators of the embedded platform: block devices that the kernel guards."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, PLACEHOLDER, Bypass, Family

FAMILY = Family(
    name="plimsoll",
    title="simulated accelerator",
    drivers=("accelerators.plimsoll.dev",),
    device_classes=("accelerators.plimsoll.dev",),
    resources=(r"plimsoll\.dev/accelerator",),
    whole="plimsoll.dev/accelerator",
    identity_nodes=(r"/dev/plimsoll\d+",),
    identity_attribute="uuid",
    identity_environment=r"PLIMSOLL_ACCELERATOR_\d+",
    identity_form=r"[0-9a-f-]{36}",
    bypasses=(
        *NVIDIA_BYPASSES,
        Bypass(
            kind="environment",
            name="PLIMSOLL_VISIBLE_DEVICES=all",
            environment={"PLIMSOLL_VISIBLE_DEVICES": "all"},
        ),
        Bypass(
            kind="environment",
            name="PLIMSOLL_VISIBLE_DEVICES=held",
            environment={"PLIMSOLL_VISIBLE_DEVICES": PLACEHOLDER},
        ),
        Bypass(
            kind="volume-mounts",
            name="plimsoll-container-devices",
            environment={"PLIMSOLL_VISIBLE_DEVICES": "/var/run/plimsoll-container-devices"},
            mount_paths=("/var/run/plimsoll-container-devices/all",),
        ),
        Bypass(
            kind="annotation",
            name="cdi accelerators.plimsoll.dev/device=held",
            annotations={"cdi.k8s.io/plimsoll": f"accelerators.plimsoll.dev/device={PLACEHOLDER}"},
        ),
    ),
    runtime_classes=("plimsoll",),
    writable=True,
)
