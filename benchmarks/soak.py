"""`python -m benchmarks.soak [whole|alone]`: healthy runs again and again, plain and strict.

Five runs of the whole checklist, and ten of each check that only the newest whole run brings in,
each alone. Resumable; the two halves may run beside each other, on a platform each.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.repeated import RESULTS, Ran, Wanted, asked, conclude, run_all
from plimsoll.embedded.config import KUBERNETES_VERSION, PlatformConfig
from plimsoll.standard.requirements import VERSIONS

WHOLE_RUNS = 5
RUNS_ALONE = 10
WHOLE_ONLY = frozenset({"gang_scheduling", "secure_accelerator_access"})
"""Not run alone: gang_scheduling holds windows open for eight minutes, five times are enough."""


def main(halves: Sequence[str]) -> int:
    """Run all of `halves` that is not recorded yet and return 0 when every run passed."""
    lines: list[Ran] = []
    for half in halves or list(PLAN):
        if half not in PLAN:
            print(f"{half}: not a half of the soak; say {' or '.join(PLAN)}, or nothing for both")
            return 2
        print(f"== {half}")
        config = PlatformConfig(name=f"soak-{half}")
        lines += run_all(PLAN[half], RESULTS / "soak.jsonl", config)
    return conclude(lines)


def _whole() -> list[Wanted]:
    return [Wanted(kubernetes=KUBERNETES_VERSION, number=n + 1) for n in range(WHOLE_RUNS)]


def _alone() -> list[Wanted]:
    return [
        Wanted(kubernetes=KUBERNETES_VERSION, requirements=(requirement,), number=n + 1)
        for n in range(RUNS_ALONE)
        for requirement in asked(VERSIONS[-1])
        if requirement not in WHOLE_ONLY
    ]


PLAN = {"whole": _whole(), "alone": _alone()}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
