"""`python -m benchmarks.versions`: the healthy run on older versions of Kubernetes. Resumable.

Before 1.37 Kubernetes has no gangs of its own and Kueue counts no DRA devices, so gang_scheduling
is checked on a platform that serves its accelerators through the device plugin.
"""

from __future__ import annotations

import sys

from benchmarks.repeated import RESULTS, Ran, Wanted, asked, conclude, run_all
from plimsoll.embedded.config import KUBERNETES_BUILDS, KUBERNETES_VERSION, PlatformConfig

GANG = "gang_scheduling"


def main() -> int:
    """Run all that is not recorded yet and return 0 when every run passed."""
    lines: list[Ran] = []
    for version in KUBERNETES_BUILDS:
        if version == KUBERNETES_VERSION:
            continue
        print(f"== Kubernetes {version}")
        for wanted in runs_of(version):
            config = PlatformConfig(
                name="versions", kubernetes_version=version, device_plugin=wanted.device_plugin
            )
            lines += run_all([wanted], RESULTS / "versions.jsonl", config)
    return conclude(lines)


def runs_of(version: str) -> tuple[Wanted, Wanted]:
    """Return the two runs of a version: gangs, and everything else that its checklist asks."""
    checklist = version.rsplit(".", 1)[0]
    others = tuple(name for name in asked(checklist) if name != GANG)
    return (
        Wanted(kubernetes=version, requirements=others),
        Wanted(kubernetes=version, requirements=(GANG,), device_plugin=True),
    )


if __name__ == "__main__":
    sys.exit(main())
