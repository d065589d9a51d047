"""Words by which a sentence is known to speak of a requirement (pure)."""

from __future__ import annotations

import re

_SUBJECTS = {
    "dra_support": r"\bDRA\b|Dynamic Resource Allocation|resource\.k8s\.io",
    "driver_runtime_management": r"driver|runtime",
    "gpu_sharing": r"GPU sharing|time-?slicing",
    "virtualized_accelerator": r"vGPU|virtuali[sz]ed",
    "ai_inference": r"Gateway API|HTTPRoute",
    "advanced_inference_ingress": r"inference extension|InferencePool|GAIE",
    "high_performance_networking": r"RDMA|InfiniBand|RoCE",
    "disaggregated_inference": r"disaggregat|prefill",
    "gang_scheduling": r"gang[- ]schedul|all-or-nothing|\bVolcano\b|\bKueue\b|co-?schedul",
    "cluster_autoscaling": r"cluster[- ]?auto-?scal|\bauto-?scal(?:er|ing)\b|Karpenter",
    "pod_autoscaling": r"\bHPA\b|Horizontal ?Pod ?Autoscal|pod auto-?scal|\bKEDA\b",
    "accelerator_metrics": r"\bDCGM\b|accelerator metrics|GPU metrics",
    "ai_service_metrics": r"Prometheus|service ?metrics|ServiceMonitor|scrap(?:e|ing)",
    "secure_accelerator_access": r"isolat|accelerator access|device plugin",
    "workload_sandboxing": r"sandbox|gVisor|Kata",
    "robust_controller": r"\boperator|\bCRDs?\b|KubeRay|Kubeflow|webhook",
}
_OWN = {
    "cluster_autoscaling": r"|scal(?:e|ing|es|ed)\b|node ?(?:pool|group)",
    "pod_autoscaling": r"|scal(?:e|ing|es|ed)\b|metrics-server",
    "accelerator_metrics": r"|metric|monitor|observ",
    "ai_service_metrics": r"|metric|monitor|observ",
    "secure_accelerator_access": r"|access|device|permission|secur",
    "robust_controller": r"|controller|framework|reconcil",
    "ai_inference": r"|gateway|ingress|inference|traffic|mesh",
    "gang_scheduling": r"|schedul|gang|batch",
    "dra_support": r"|resource claim|ResourceClaim",
}


def subject(requirement: str) -> re.Pattern[str] | None:
    """Return what names the thing that a requirement asks for; None for an unknown one."""
    return _PATTERNS.get(requirement)


def own(requirement: str) -> re.Pattern[str] | None:
    """Return every word that may be said of a requirement; None for an unknown one."""
    return _WIDE.get(requirement)


_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _SUBJECTS.items()}
_WIDE = {
    name: re.compile(words + _OWN.get(name, ""), re.IGNORECASE) for name, words in _SUBJECTS.items()
}
