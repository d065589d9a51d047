"""What the router's benchmark reads of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.router.machine import processor_seconds, tree

_BUSY = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"


def test_processor_time_of_another_process_is_what_proc_says() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        said = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        assert abs(processor_seconds(process.pid) - said) < 0.03
        assert process.stdin is not None
        process.stdin.write(b"\n")


def test_a_tree_has_what_a_child_started() -> None:
    child = "import subprocess, sys; subprocess.run(['sleep', '60'])"
    process = subprocess.Popen([sys.executable, "-c", child])
    try:
        until = time.monotonic() + 10
        while len(found := tree(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(found) == 2
    finally:
        for pid in reversed(tree(process.pid)):
            os.kill(pid, 9)
        process.wait(10)
