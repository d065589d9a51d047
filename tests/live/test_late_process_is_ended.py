"""A process that enters the platform's control group while it is being removed is ended, too."""

from __future__ import annotations

import subprocess

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.cgroups import CONTROL, platform_cgroup


def test_removing_a_group_ends_who_is_in_it() -> None:
    group = platform_cgroup("late", Addresses(30))
    group.create(CONTROL)
    with subprocess.Popen(group.joining([CONTROL], ["sleep", "60"])) as process:
        try:
            while process.pid not in group.processes(CONTROL):
                assert process.poll() is None
            group.remove()
            assert process.wait(timeout=5) == -9
            assert [folder for folder in group.folders() if folder.exists()] == []
        finally:
            process.kill()
