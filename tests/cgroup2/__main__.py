"""`make test-cgroup2`: boot the machine, follow the journey, write what it said to docs/results.

Exits 0 if every step held, 1 if one did not, 3 if the machine could not be made or did not end.
"""

from __future__ import annotations

import datetime
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plimsoll.embedded.cache import cache_folder
from plimsoll.embedded.progress import Event
from plimsoll.errors import PlimsollError
from tests.cgroup2.cargo import pack
from tests.cgroup2.debian import debian
from tests.cgroup2.machine import MachineError, emulator, lines

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "docs" / "results" / "cgroup2.txt"
DONE, FAILED = "JOURNEY DONE", "FAIL "
_JOURNEY = 'cd "$PLIMSOLL_TREE" && exec python -m tests.cgroup2.journey'
_SHELL = "setsid --ctty sh -i || true"
_SECONDS = 3600
_SILENCE = 960


def main() -> int:
    """Run the test, or with --shell a shell in the machine."""
    shell = "--shell" in sys.argv[1:]
    try:
        with tempfile.TemporaryDirectory(prefix="plimsoll-cgroup2-") as scratch:
            console, cargo = Path(scratch) / "console.log", Path(scratch) / "cargo.img"
            packages = ("python3",) if sys.base_prefix == "/usr" else ()
            system = debian(packages=packages)
            _say("carry programs, images and Python onto a second disk (about 20 s)")
            pack(cargo, _SHELL if shell else _JOURNEY, _report)
            command = emulator(system, cargo, console)
            if shell:
                _say("boot (about 30 s); leave with: exit")
                return subprocess.run(command, check=False).returncode
            return _journey(command, console)
    except PlimsollError as error:
        print(f"cgroup2: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("cgroup2: stopped; nothing of it remains", file=sys.stderr)
        return 130


def _journey(command: list[str], console: Path) -> int:
    _say("boot an emulated Debian (about 30 s), then the journey (about 10 min)")
    begun, said, done, failed = time.monotonic(), [], False, False
    for raw in lines(command, console, seconds=_SECONDS, silence=_SILENCE):
        line = f"{time.monotonic() - begun:6.1f} s  {_public(raw)}"
        print(line, flush=True)
        said.append(line)
        done = done or raw.startswith(DONE)
        failed = failed or raw.startswith(FAILED)
    if not said:
        raise MachineError(f"the machine ended without a word; see what it needs: {console}")
    failed = failed or not done
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(_record(said, failed=failed))
    _say(f"{'FAILED' if failed else 'all held'}; recorded in {RESULT.relative_to(ROOT)}")
    return int(failed)


def _record(said: list[str], *, failed: bool) -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date()
    head = (
        f"The embedded platform on a cgroup v2 host: {'FAILED' if failed else 'every step held'}\n"
        f"Recorded by `make test-cgroup2` on {day}, in a fully emulated machine (no KVM): "
        "times are many times those of a real one.\n\n"
    )
    return head + "".join(f"{line}\n" for line in said)


def _public(line: str) -> str:
    """Return the line without the paths of the machine that runs the test."""
    known = {str(cache_folder()): "CACHE", str(ROOT): "TREE", sys.base_prefix: "PYTHON"}
    for path, name in known.items():
        if path != "/usr":
            line = line.replace(path, name)
    return line


def _report(event: Event) -> None:
    if event.state == "begun" and event.usual >= 5:
        _say(f"{event.stage} (about {event.usual:.0f} s)")


def _say(text: str) -> None:
    print(f"== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
