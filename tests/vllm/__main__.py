"""`python -m tests.vllm`: the router in front of two real vLLM servers; several GB, 10 minutes.

Installs what is missing, runs the tests of this folder with this interpreter, which must have
`plimsoll_router` (`make router`), and writes what they measured to docs/results/vllm.txt. More
arguments are pytest's, and then nothing is written.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.vllm.conftest import ASKED
from tests.vllm.environment import Environment
from tests.vllm.record import Record

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "docs" / "results" / "vllm.txt"


def main(arguments: list[str]) -> int:
    """Return pytest's status."""
    if find_spec("plimsoll_router") is None:
        sys.exit("test-vllm: the data plane plimsoll_router is not installed; run `make router`")
    environment = Environment()
    environment.make()
    os.environ[ASKED] = "1"
    record = Record()
    status = int(pytest.main([str(HERE), *arguments], plugins=[record]))
    print("\n".join(record.lines))
    if not arguments and record.lines:
        RESULTS.write_text(record.text(environment))
        print(f"written: {RESULTS.relative_to(HERE.parents[1])}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
