"""Intel GPUs. How a published device maps to a render node is not known here."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, Bypass, Family

FAMILY = Family(
    name="intel",
    title="Intel GPU",
    drivers=("gpu.intel.com",),
    device_classes=("gpu.intel.com",),
    resources=(r"gpu\.intel\.com/(i915|xe)",),
    identity_nodes=(r"/dev/dri/renderD\d+",),
    control_nodes=(r"/dev/dri/card\d+",),
    bypasses=(
        *NVIDIA_BYPASSES,
        Bypass(
            kind="annotation",
            name="cdi intel.com/gpu=all",
            annotations={"cdi.k8s.io/plimsoll": "intel.com/gpu=all"},
        ),
    ),
    taints=("gpu.intel.com/i915", "gpu.intel.com/xe"),
)
