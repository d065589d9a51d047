"""The keeper: what is wanted runs, what dies comes back, what changed is restarted."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from plimsoll.embedded.keeper import Keeper, Part
from plimsoll.embedded.processes import ProcessId, alive, identify
from plimsoll.embedded.state import PartStatus


class Kept:
    """A keeper at work in a thread, and what it last reported."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reported: list[PartStatus] = []
        self.keeper = Keeper(changed=self._changed)
        self._thread = threading.Thread(target=self.keeper.run)
        self._thread.start()

    def _changed(self, parts: Sequence[PartStatus]) -> None:
        self.reported = list(parts)

    def part(self, name: str, *command: str, inputs: str = "") -> Part:
        log = self._folder / f"{name}.log"
        return Part(name=name, command=command, log=str(log), inputs=inputs)

    def sleeper(self, name: str, inputs: str = "") -> Part:
        return self.part(name, "sleep", "1000", inputs=inputs)

    def process(self, name: str) -> ProcessId:
        self.eventually(lambda: self.keeper.process(name) is not None)
        process = self.keeper.process(name)
        assert process is not None
        return process

    def eventually(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def end(self) -> None:
        self.keeper.want([])
        self.eventually(lambda: self.keeper.statuses() == [])
        self.keeper.stop()
        self._thread.join(10)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.end()


def test_what_is_wanted_runs(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a"), kept.sleeper("b")])
    assert alive(kept.process("a"))
    assert alive(kept.process("b"))


def test_what_is_no_longer_wanted_ends(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a"), kept.sleeper("b")])
    first = kept.process("a")
    kept.keeper.want([kept.sleeper("b")])
    kept.eventually(lambda: not alive(first))
    kept.eventually(lambda: [status.name for status in kept.keeper.statuses()] == ["b"])


def test_a_wish_for_one_group_leaves_the_other(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a")])
    kept.keeper.want([kept.sleeper("b")], group="pool")
    first = {name: kept.process(name) for name in ("a", "b")}
    kept.keeper.want([kept.sleeper("a")])
    kept.keeper.want([], group="pool")
    kept.eventually(lambda: not alive(first["b"]))
    assert kept.process("a") == first["a"]


def test_a_part_changes_its_group_as_it_runs(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a")])
    first = kept.process("a")
    kept.keeper.want([kept.sleeper("a")], group="pool")
    kept.keeper.want([])
    time.sleep(0.3)
    assert kept.process("a") == first
    kept.keeper.want([], group="pool")
    kept.eventually(lambda: not alive(first))


def test_what_dies_comes_back(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a")])
    first = kept.process("a")
    os.kill(first.pid, signal.SIGKILL)
    kept.eventually(lambda: kept.keeper.process("a") not in {None, first})
    [status] = kept.keeper.statuses()
    assert (status.restarts, status.last_exit) == (1, "killed by signal 9")


def test_what_keeps_failing_is_given_longer_and_longer(kept: Kept) -> None:
    kept.keeper.want([kept.part("a", "sh", "-c", "date +%s.%N; exit 7")])
    kept.eventually(lambda: kept.keeper.statuses()[0].restarts >= 3)
    log = kept.part("a").log
    kept.eventually(lambda: len(Path(log).read_text().splitlines()) >= 3)
    starts = [float(line) for line in Path(log).read_text().splitlines()]
    first, second = starts[1] - starts[0], starts[2] - starts[1]
    assert second > 1.5 * first
    assert kept.keeper.statuses()[0].last_exit == "exit status 7"


def test_a_program_that_is_not_there_is_reported(kept: Kept) -> None:
    kept.keeper.want([kept.part("a", "/no/such/program")])
    kept.eventually(lambda: kept.keeper.statuses()[0].restarts > 0)
    assert "could not start" in kept.keeper.statuses()[0].last_exit


def test_changed_inputs_restart_without_waiting(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a", inputs="1")])
    first = kept.process("a")
    kept.keeper.want([kept.sleeper("a", inputs="2")])
    kept.eventually(lambda: kept.keeper.process("a") not in {None, first})
    [status] = kept.keeper.statuses()
    assert (status.restarts, status.inputs) == (0, "2")


def test_the_same_wish_changes_nothing(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a")])
    first = kept.process("a")
    kept.keeper.want([kept.sleeper("a")])
    time.sleep(0.3)
    assert kept.keeper.process("a") == first


def test_what_does_not_end_when_asked_is_killed(kept: Kept) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    part = kept.part("a", sys.executable, "-c", f"{stubborn}; time.sleep(1000)")
    kept.keeper.want([part])
    first = kept.process("a")
    kept.eventually(lambda: Path(part.log).read_text() == "1\n")
    kept.keeper.want([])
    kept.eventually(lambda: not alive(first))


def test_a_new_keeper_adopts_what_runs(kept: Kept, tmp_path: Path) -> None:
    kept.keeper.want([kept.sleeper("a"), kept.sleeper("b")])
    first = {name: kept.process(name) for name in ("a", "b")}
    heir = Keeper()
    heir.adopt(kept.keeper.statuses(), [kept.sleeper("a"), kept.sleeper("b")])
    assert {name: heir.process(name) for name in ("a", "b")} == first


def test_a_reused_process_id_is_not_adopted(kept: Kept) -> None:
    mine = identify(os.getpid())
    assert mine is not None
    earlier = ProcessId(mine.pid, mine.started - 1, mine.boot)
    heir = Keeper()
    status = PartStatus(name="a", state="running", process=earlier, command=("sleep", "1000"))
    heir.adopt([status], [kept.sleeper("a")])
    assert heir.process("a") is None


def test_changes_are_reported(kept: Kept) -> None:
    kept.keeper.want([kept.sleeper("a")])
    kept.process("a")
    kept.eventually(lambda: [status.state for status in kept.reported] == ["running"])
