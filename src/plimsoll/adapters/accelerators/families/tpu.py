"""Google TPUs: chips are character devices, by the accel or the vfio driver."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, Bypass, Family

FAMILY = Family(
    name="tpu",
    title="Google TPU",
    drivers=("tpu.google.com",),
    device_classes=("tpu.google.com",),
    resources=(r"google\.com/tpu",),
    whole="google.com/tpu",
    identity_nodes=(r"/dev/accel\d+", r"/dev/vfio/\d+"),
    control_nodes=(r"/dev/vfio/vfio",),
    bypasses=(
        *NVIDIA_BYPASSES,
        Bypass(
            kind="environment",
            name="TPU_VISIBLE_CHIPS=0",
            environment={"TPU_VISIBLE_CHIPS": "0"},
        ),
    ),
    taints=("google.com/tpu",),
)
