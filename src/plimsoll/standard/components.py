"""What a requirement needs on the embedded platform beyond its core, by the words of `--with`."""

from __future__ import annotations

EMBEDDED_COMPONENTS: dict[str, tuple[str, ...]] = {
    "gang_scheduling": ("gang",),
    "ai_inference": ("gateway",),
    "cluster_autoscaling": ("autoscaler",),
    "pod_autoscaling": ("monitoring", "custom-metrics"),
    "ai_service_metrics": ("monitoring",),
    "robust_controller": ("operators",),
}
"""By requirement; a requirement that is not listed needs the core alone."""
