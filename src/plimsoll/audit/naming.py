"""Which requirement a test belongs to, by its name (pure).

Suites write the same thing as `TestGangScheduling`, `[wg-ai-conformance] Gang Scheduling ...` or
`gang_scheduling/contention`: without case and signs these are one word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plimsoll.submission.results import Case

_MORE = {
    "cluster_autoscaling": ("clusterautoscaler",),
    "dra_support": ("dynamicresourceallocation",),
    "pod_autoscaling": ("horizontalpodautoscaler",),
}
_MARKER = "aiconformance"
_SIGNS = re.compile(r"[^a-z0-9]+")
_UPSTREAM = re.compile(r"^(?:\[It\] )?\[sig-")


def squeezed(name: str) -> str:
    """Return a name without case and signs."""
    return _SIGNS.sub("", name.lower())


def of_programme(cases: Sequence[Case]) -> tuple[tuple[Case, str], ...]:
    """Return the cases that test the programme's requirements, each with its squeezed name.

    The suite's name follows, which may be the one that says the requirement. A file that marks
    some tests with the programme's name means these; without a mark all but the upstream
    end-to-end tests count, which know the same words and mean something else.
    """
    named = [(case, squeezed(case.name)) for case in cases]
    marked = [(case, name) for case, name in named if _MARKER in name]
    kept = marked or [each for each in named if not _UPSTREAM.match(each[0].name)]
    return tuple((case, f"{name} {squeezed(case.suite)}") for case, name in kept)


def belongs(squeezed_name: str, requirement: str) -> bool:
    """Return whether a test's squeezed name says that it tests a requirement."""
    words = (squeezed(requirement), *_MORE.get(requirement, ()))
    return any(word in squeezed_name for word in words)
