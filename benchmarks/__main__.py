"""`python -m benchmarks [NAME ...]`: run the benchmarks and append to benchmarks/results/."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks.measure import append

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the named benchmarks (default: all); return 0 when every bar holds."""
    known = {
        module.name.removeprefix("bench_")
        for module in pkgutil.iter_modules([str(HERE)])
        if module.name.startswith("bench_")
    }
    unknown = set(names) - known
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        return 4
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    missed = 0
    for name in sorted(names or known):
        found = importlib.import_module(f"benchmarks.bench_{name}").run()
        for result in found if isinstance(found, list) else [found]:
            print(result, flush=True)
            append(result, results)
            missed += not result.holds
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
