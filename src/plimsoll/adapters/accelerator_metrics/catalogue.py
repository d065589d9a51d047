"""The exporters of accelerators' metrics that are known, and the names that they use: pure data.

From the exporters' own documentation (state of autumn 2026). What stands here is matched by name;
an exporter that does not is judged by the generic rule, see `readings.py`.
"""

from __future__ import annotations

from plimsoll.adapters.accelerator_metrics.exporter import (
    MEMORY_TOTAL,
    MEMORY_USED,
    POWER,
    TEMPERATURE,
    UTILISATION,
    Exporter,
    Series,
)

_PERCENT = 0.01
_MEBIBYTE = float(1 << 20)

_DCGM = {
    UTILISATION: (
        Series(names=("DCGM_FI_DEV_GPU_UTIL",), scale=_PERCENT),
        Series(names=("DCGM_FI_PROF_GR_ENGINE_ACTIVE",)),
    ),
    MEMORY_USED: (Series(names=("DCGM_FI_DEV_FB_USED",), scale=_MEBIBYTE),),
    MEMORY_TOTAL: (
        Series(names=("DCGM_FI_DEV_FB_TOTAL",), scale=_MEBIBYTE),
        Series(names=("DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"), scale=_MEBIBYTE),
    ),
    TEMPERATURE: (Series(names=("DCGM_FI_DEV_GPU_TEMP",)),),
    POWER: (Series(names=("DCGM_FI_DEV_POWER_USAGE",)),),
}

EXPORTERS: tuple[Exporter, ...] = (
    Exporter(
        name="plimsoll-accelerators",
        title="the driver of the simulated accelerators",
        families=("plimsoll",),
        pods=({"app.kubernetes.io/name": "accelerators"},),
        image=r"plimsoll\.local/accelerators",
        port=9400,
        identity=("uuid",),
        publishes_identity=True,
        roles={
            UTILISATION: (Series(names=("plimsoll_accelerator_utilization_ratio",)),),
            MEMORY_USED: (Series(names=("plimsoll_accelerator_memory_used_bytes",)),),
            MEMORY_TOTAL: (Series(names=("plimsoll_accelerator_memory_total_bytes",)),),
        },
    ),
    Exporter(
        name="dcgm-exporter",
        title="NVIDIA DCGM exporter",
        families=("nvidia",),
        pods=(
            {"app.kubernetes.io/name": "dcgm-exporter"},
            {"app": "nvidia-dcgm-exporter"},
            {"app": "dcgm-exporter"},
            {"app.kubernetes.io/name": "gke-managed-dcgm-exporter"},
        ),
        image=r"dcgm-exporter",
        port=9400,
        identity=("UUID", "pci_bus_id", "gpu"),
        partition=("GPU_I_ID", "GPU_I_PROFILE"),
        publishes_identity=True,
        roles=_DCGM,
    ),
    Exporter(
        name="amd-device-metrics-exporter",
        title="AMD device metrics exporter",
        families=("amd",),
        pods=(
            {"app.kubernetes.io/name": "metrics-exporter", "app.kubernetes.io/part-of": "amd-gpu"},
            {"app": "amdgpu-metrics-exporter"},
        ),
        image=r"device-metrics-exporter",
        port=5000,
        identity=("gpu_uuid", "serial_number", "pci_bus", "gpu_id"),
        partition=("gpu_partition_id",),
        roles={
            UTILISATION: (
                Series(names=("gpu_gfx_activity",), scale=_PERCENT),
                Series(names=("amd_gpu_gfx_activity",), scale=_PERCENT),
            ),
            MEMORY_USED: (
                Series(names=("gpu_used_vram",), scale=_MEBIBYTE),
                Series(names=("amd_gpu_used_vram",), scale=_MEBIBYTE),
            ),
            MEMORY_TOTAL: (
                Series(names=("gpu_total_vram",), scale=_MEBIBYTE),
                Series(names=("amd_gpu_total_vram",), scale=_MEBIBYTE),
            ),
            TEMPERATURE: (
                Series(names=("gpu_junction_temperature",)),
                Series(names=("gpu_edge_temperature",)),
            ),
            POWER: (
                Series(names=("gpu_package_power",)),
                Series(names=("gpu_average_package_power",)),
            ),
        },
    ),
    Exporter(
        name="intel-xpumanager",
        title="Intel XPU Manager 1",
        families=("intel",),
        pods=({"app": "intel-xpumanager"},),
        image=r"intel-xpumanager",
        port=29999,
        identity=("uuid", "pci_bdf", "dev_file"),
        partition=("sub_dev",),
        roles={
            UTILISATION: (
                Series(names=("xpum_engine_ratio",)),
                Series(names=("xpum_engine_group_ratio",), labels={"type": r"compute"}),
            ),
            MEMORY_USED: (Series(names=("xpum_memory_used_bytes",)),),
            TEMPERATURE: (
                Series(names=("xpum_temperature_celsius",), labels={"location": r"gpu"}),
            ),
            POWER: (Series(names=("xpum_power_watts",)),),
        },
    ),
    Exporter(
        name="intel-xpumd",
        title="Intel XPU Manager 2",
        families=("intel",),
        pods=({"app.kubernetes.io/name": "xpumd"},),
        image=r"xpumd",
        port=29999,
        identity=("pci_bdf", "hw_id"),
        partition=("sub_dev",),
        roles={
            UTILISATION: (Series(names=("hw_gpu_utilization_ratio",)),),
            MEMORY_USED: (Series(names=("hw_memory_usage_bytes",)),),
            MEMORY_TOTAL: (Series(names=("hw_memory_size_bytes",)),),
            POWER: (Series(names=("hw_power_watts",)),),
        },
    ),
    Exporter(
        name="gke-tpu-device-plugin",
        title="GKE TPU device plugin",
        families=("tpu",),
        pods=({"k8s-app": "tpu-device-plugin"},),
        image=r"tpu-device-plugin|tpu_device_plugin",
        port=2112,
        identity=("accelerator_id",),
        roles={
            UTILISATION: (
                Series(names=("tensorcore_utilization_node",), scale=_PERCENT),
                Series(names=("duty_cycle_node",), scale=_PERCENT),
                Series(names=("duty_cycle",), scale=_PERCENT),
            ),
            MEMORY_USED: (Series(names=("memory_used_node",)), Series(names=("memory_used",))),
            MEMORY_TOTAL: (Series(names=("memory_total_node",)), Series(names=("memory_total",))),
        },
    ),
    Exporter(
        name="neuron-monitor",
        title="AWS Neuron monitor",
        families=("neuron",),
        pods=(
            {"app.kubernetes.io/component": "neuron-monitor"},
            {"app": "neuron-monitor"},
            {"app.kubernetes.io/name": "neuron-monitor"},
        ),
        image=r"neuron-monitor",
        port=8000,
        identity=("neuroncore",),
        partition=("runtime_tag",),
        idle_series=False,
        roles={
            UTILISATION: (Series(names=("neuroncore_utilization_ratio",)),),
            MEMORY_USED: (
                Series(
                    names=(
                        "neuroncore_memory_usage_constants",
                        "neuroncore_memory_usage_model_code",
                        "neuroncore_memory_usage_model_shared_scratchpad",
                        "neuroncore_memory_usage_runtime_memory",
                        "neuroncore_memory_usage_tensors",
                    ),
                ),
            ),
        },
    ),
)


def by_name(name: str) -> Exporter | None:
    """Return the exporter of that name, if it is known."""
    return next((exporter for exporter in EXPORTERS if exporter.name == name), None)


def known_for(family: str) -> tuple[Exporter, ...]:
    """Return the exporters that measure devices of a family; all of them for an unknown one."""
    found = tuple(exporter for exporter in EXPORTERS if family in exporter.families)
    return found or EXPORTERS
