"""The example driver of the Kubernetes project: it injects variables and no device nodes."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, Family

FAMILY = Family(
    name="example",
    title="dra-example-driver",
    drivers=("gpu.example.com",),
    device_classes=("gpu.example.com",),
    identity_device_name=r"(gpu-\d+)",
    identity_environment=r"GPU_DEVICE_\d+",
    identity_form=r"gpu-\d+",
    bypasses=NVIDIA_BYPASSES,
)
