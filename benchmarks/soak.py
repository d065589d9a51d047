"""`python -m benchmarks.soak`: healthy runs again and again; each must pass, plain and strict.

Five runs of the whole checklist and ten of each check alone, about six hours. Resumable.
"""

from __future__ import annotations

import sys

from benchmarks.repeated import RESULTS, Wanted, asked, conclude, run_all
from plimsoll.embedded.config import KUBERNETES_VERSION, PlatformConfig
from plimsoll.standard.requirements import VERSIONS

WHOLE_RUNS = 5
RUNS_ALONE = 10


def main() -> int:
    """Run all that is not recorded yet and return 0 when every run passed."""
    whole = [Wanted(kubernetes=KUBERNETES_VERSION, number=n + 1) for n in range(WHOLE_RUNS)]
    alone = [
        Wanted(kubernetes=KUBERNETES_VERSION, requirements=(requirement,), number=n + 1)
        for n in range(RUNS_ALONE)
        for requirement in asked(VERSIONS[-1])
    ]
    config = PlatformConfig(name="soak")
    return conclude(run_all([*whole, *alone], RESULTS / "soak.jsonl", config))


if __name__ == "__main__":
    sys.exit(main())
