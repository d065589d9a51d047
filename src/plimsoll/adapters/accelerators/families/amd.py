"""AMD Instinct GPUs: the kernel's render node identifies a device, /dev/kfd is shared."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, PLACEHOLDER, Bypass, Family

FAMILY = Family(
    name="amd",
    title="AMD GPU",
    drivers=("gpu.amd.com",),
    device_classes=("gpu.amd.com",),
    resources=(r"amd\.com/gpu", r"amd\.com/.+_.+"),
    whole="amd.com/gpu",
    identity_nodes=(r"/dev/dri/renderD\d+",),
    control_nodes=(r"/dev/kfd", r"/dev/dri/card\d+"),
    # The driver names its devices gpu-<card>-<render>.
    identity_device_name=r"gpu-\d+-(\d+)",
    identity_from_nodes=r"/dev/dri/renderD(\d+)",
    bypasses=(
        *NVIDIA_BYPASSES,
        Bypass(
            kind="environment",
            name="AMD_VISIBLE_DEVICES=all",
            environment={"AMD_VISIBLE_DEVICES": "all"},
        ),
        Bypass(
            kind="environment",
            name="AMD_VISIBLE_DEVICES=held",
            environment={"AMD_VISIBLE_DEVICES": PLACEHOLDER},
        ),
        Bypass(
            kind="annotation",
            name="cdi amd.com/gpu=all",
            annotations={"cdi.k8s.io/plimsoll": "amd.com/gpu=all"},
        ),
    ),
    runtime_classes=("amd",),
    taints=("amd.com/gpu",),
)
