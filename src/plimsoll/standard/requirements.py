"""The requirements of the Kubernetes AI Conformance checklists v1.33 to v1.37, as data.

Ids, categories and levels are those of the official checklists of the programme (CNCF,
`AIConformance-1.33.yaml` to `AIConformance-1.37.yaml`); titles and summaries are ours.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum

from msgspec import Struct

VERSIONS = ("v1.33", "v1.34", "v1.35", "v1.36", "v1.37")
"""The checklist versions known here, oldest first."""


class Level(StrEnum):
    """How much a checklist asks of a requirement; ABSENT when it does not name it."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    ABSENT = "absent"


class Requirement(Struct, frozen=True, kw_only=True):
    """One requirement: its official id and category, and its level in each checklist version."""

    id: str
    category: str
    title: str
    levels: dict[str, Level]

    def level(self, version: str) -> Level:
        """Return the level in `version` (one of VERSIONS)."""
        return self.levels.get(version, Level.ABSENT)


def _levels(text: str) -> dict[str, Level]:
    words = {"M": Level.MUST, "S": Level.SHOULD, "-": Level.ABSENT}
    return {version: words[letter] for version, letter in zip(VERSIONS, text.split(), strict=True)}


_TABLE = (
    # id, category, title, levels v1.33 v1.34 v1.35 v1.36 v1.37
    ("dra_support", "accelerators", "Dynamic Resource Allocation", "S M M - -"),
    ("driver_runtime_management", "accelerators", "Driver and runtime versions", "- - S S S"),
    ("gpu_sharing", "accelerators", "Accelerator sharing", "- - S S S"),
    ("virtualized_accelerator", "accelerators", "Virtualised accelerators", "- - S S S"),
    ("ai_inference", "networking", "Gateway API for inference", "M M M M M"),
    ("advanced_inference_ingress", "networking", "Inference extension", "- - - S S"),
    ("high_performance_networking", "networking", "High-performance networking", "- - - S S"),
    ("disaggregated_inference", "networking", "Disaggregated inference", "- - - S S"),
    ("gang_scheduling", "schedulingOrchestration", "Gang scheduling", "M M M M M"),
    ("cluster_autoscaling", "schedulingOrchestration", "Cluster autoscaling", "M M M M M"),
    ("pod_autoscaling", "schedulingOrchestration", "Pod autoscaling", "M M M M M"),
    ("accelerator_metrics", "observability", "Accelerator metrics", "M M M M M"),
    ("ai_service_metrics", "observability", "Service metrics", "M M M M M"),
    ("secure_accelerator_access", "security", "Secure accelerator access", "M M M M M"),
    ("workload_sandboxing", "security", "Workload sandboxing", "- - - - S"),
    ("robust_controller", "operator", "Robust controller", "M M M M M"),
)

REQUIREMENTS: dict[str, Requirement] = {
    identifier: Requirement(id=identifier, category=category, title=title, levels=_levels(levels))
    for identifier, category, title, levels in _TABLE
}


def nearest(identifier: str, known: tuple[str, ...] = tuple(REQUIREMENTS)) -> str | None:
    """Return the known id that looks most like `identifier`, or None when none comes near.

    An id that contains what was typed is nearer than one that only shares letters with it.
    """
    typed = identifier.replace("-", "_")
    containing = [name for name in known if len(typed) > 2 and typed in name]
    if containing:
        return containing[0]
    matches = get_close_matches(typed, known, n=1, cutoff=0.4)
    return matches[0] if matches else None
