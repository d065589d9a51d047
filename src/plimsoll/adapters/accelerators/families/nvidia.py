"""NVIDIA GPUs, whole or as MIG devices."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, Family

FAMILY = Family(
    name="nvidia",
    title="NVIDIA GPU",
    drivers=("gpu.nvidia.com",),
    device_classes=("gpu.nvidia.com",),
    resources=(r"nvidia\.com/gpu(\.shared)?", r"nvidia\.com/mig-.+"),
    whole="nvidia.com/gpu",
    shared_resources=(r"nvidia\.com/.+\.shared",),
    sharing_labels={
        "nvidia.com/gpu.sharing-strategy": r"time-slicing|mps",
        "nvidia.com/mps.capable": r"true",
        "cloud.google.com/gke-gpu-sharing-strategy": r".+",
    },
    identity_nodes=(r"/dev/nvidia\d+",),
    control_nodes=(
        r"/dev/nvidiactl",
        r"/dev/nvidia-uvm(-tools)?",
        r"/dev/nvidia-modeset",
        r"/dev/nvidia-caps/.+",
        r"/dev/nvidia-caps-imex-channels/.+",
        r"/dev/nvidia-nvswitch.*",
    ),
    identity_attribute="uuid",
    identity_environment=r"NVIDIA_VISIBLE_DEVICES",
    identity_command=("nvidia-smi", "-L"),
    identity_line=r".*UUID: ([0-9A-Za-z-]+)\).*",
    partition_identity=r"MIG-.+",
    identity_form=r"(GPU|MIG)-[0-9A-Za-z-]+",
    bypasses=NVIDIA_BYPASSES,
    runtime_classes=("nvidia", "nvidia-cdi", "nvidia-legacy"),
    taints=("nvidia.com/gpu",),
)
