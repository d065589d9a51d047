"""`python -m benchmarks.router [PART ...] [--quick]`: measure, print, append to the results.

`--quick` measures one short round to see that everything works, and records nothing.
"""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys
from types import FrameType

from benchmarks.measure import Result, append
from benchmarks.router.rounds import Plan
from benchmarks.router.tools import REPOSITORY

PARTS = ("picker", "stream", "proxy", "latency", "memory")
RESULTS = REPOSITORY / "benchmarks" / "results"
_QUICK = Plan(rounds=1, seconds=1.0, repeats=0)


def main(arguments: list[str]) -> int:
    """Measure the named parts (default: all); return 0 when every bar holds."""
    quick = "--quick" in arguments
    named = [each for each in arguments if each != "--quick"]
    if unknown := set(named) - set(PARTS):
        print(f"no part named {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
        return 4
    signal.signal(signal.SIGTERM, _stop)
    if changed := _changed():
        print(f"not committed, so the commit does not say what was measured:\n{changed}")
    results: list[Result] = []
    failed = 0
    for part in named or PARTS:
        try:
            found = importlib.import_module(f"benchmarks.router.part_{part}").run(
                _QUICK if quick else Plan()
            )
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            print(f"{part}: NOT MEASURED: {error}", flush=True)
            failed += 1
            continue
        for result in found:
            print(result, flush=True)
            if not quick:
                append(result, RESULTS, "router")
        results += found
    missed = [each.name for each in results if not each.holds]
    print(f"{len(results) - len(missed)} of {len(results)} bars hold", end="")
    print(f"; missed: {', '.join(missed)}" if missed else "")
    return 1 if missed or failed else 0


def _changed() -> str:
    """Return the files that differ from the commit and could change a figure."""
    command = ["git", "status", "--porcelain", "--", "dist/router", "src/plimsoll", "benchmarks"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    lines = (line for line in done.stdout.splitlines() if "benchmarks/results" not in line)
    return "\n".join(f"  {line}" for line in lines)


def _stop(_: int, __: FrameType | None) -> None:
    """End as if by an exception, so that what was started is ended."""
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
