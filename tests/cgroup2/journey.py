"""Runs in the emulated machine: up, who reaches an accelerator, a node's death, down, what remains.

Each step prints `ok` or `FAIL` with what was seen; the last line says that all of them were tried.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from plimsoll.embedded.accelerators.driver.settings import DRIVER
from plimsoll.embedded.platform import Platform, load
from plimsoll.errors import PlimsollError
from plimsoll.standard.images import BUSYBOX
from tests.cgroup2.traces import differences, traces

HERE = Path(__file__).parent
NAME = "default"
UP_SECONDS = 960
UP_ATTEMPTS = 4
"""An emulated processor on a busy machine is slower than `up`'s own time limits allow."""
POD_SECONDS = 240


class StepError(Exception):
    """A step did not hold; the message says what was seen."""


def main() -> int:
    """Take every step; a step that fails does not keep `down` from being tried."""
    print(f"machine: {_machine()}", flush=True)
    # A kernel module stays once it is loaded, and its settings with it: not the platform's doing.
    subprocess.run(["modprobe", "nf_conntrack"], check=False, timeout=60)
    before = traces()
    come_up = _step("plimsoll up, two nodes", _up)
    if come_up:
        _step("a limit on a pod's memory is a cgroup v2 limit", _limit)
        _step("who reaches the accelerator", _isolation)
        _step("a node whose first process is killed comes back", _node_returns)
    else:
        _show_logs()
    _step("plimsoll down", _down)
    _step("nothing remains", lambda: _nothing_remains(before))
    _step("down after up was killed half-way", _half_way)
    _step("nothing remains of that either", lambda: _nothing_remains(before))
    print("JOURNEY DONE", flush=True)
    return 0


def _step(name: str, action: Callable[[], str]) -> bool:
    print(f"-- {name}", flush=True)
    begun = time.monotonic()
    try:
        seen = action()
    except (StepError, OSError, subprocess.SubprocessError) as error:
        print(f"FAIL {name}: {error}", flush=True)
        return False
    print(f"ok   {name} ({time.monotonic() - begun:.0f} s): {seen}", flush=True)
    return True


def _machine() -> str:
    kind = _out("stat", "-f", "-c", "%T", "/sys/fs/cgroup")
    system = _out("systemctl", "--version").splitlines()[0]
    return f"Linux {os.uname().release}, {system}, /sys/fs/cgroup is {kind}"


def _up() -> str:
    for attempt in range(1, UP_ATTEMPTS + 1):  # a second call goes on where the first gave up
        try:
            _tell(["plimsoll", "up"], UP_SECONDS)
            break
        except StepError:
            if attempt == UP_ATTEMPTS:
                raise
            print("too slow for its time limits; calling it again", flush=True)
    nodes = _kubectl("get", "nodes", "-o", "name").split()
    slices = _kubectl("get", "resourceslices", "-o", "name").split()
    _expect(len(nodes) == 2 and len(slices) >= 2, f"nodes {nodes}, slices {slices}")
    return f"{len(nodes)} nodes, {len(slices)} slices of accelerators, {attempt} call(s)"


def _limit() -> str:
    text = (HERE / "pods.yaml").read_text().replace("DRIVER", DRIVER).replace("IMAGE", BUSYBOX)
    _kubectl("apply", "-f", "-", text=text)
    try:
        _kubectl("wait", "--for=condition=Ready", f"--timeout={POD_SECONDS}s", "pod", "--all")
    except (StepError, subprocess.TimeoutExpired):
        print(_kubectl("get", "pods", "-A", "-o", "wide"), flush=True)
        print(_kubectl("get", "events", "-A", "--sort-by=.lastTimestamp"), flush=True)
        raise
    limit = _inside("claimed", "cat /sys/fs/cgroup/memory.max")
    _expect(limit == str(64 * 2**20), f"memory.max is {limit}")
    return f"memory.max is {limit}"


def _isolation() -> str:
    devices = _inside("claimed", "ls -l /dev | grep ^b || true").splitlines()
    _expect(len(devices) == 1, f"the claimed pod sees the block devices {devices}")
    fields = devices[0].replace(",", " ").split()
    major, minor, name = fields[4], fields[5], fields[-1]
    _expect(_opens("claimed", f"/dev/{name}"), f"the claimed pod cannot open /dev/{name}")
    _expect(
        _opens("claimed", "/tmp/own", made=f"{major} {minor}"),
        "the claimed pod cannot open its device through a node of its own: the probe shows nothing",
    )
    _expect(
        not _inside("unclaimed", "ls -l /dev | grep ^b || true"),
        "the unclaimed pod sees a block device",
    )
    other = str(int(minor) + 1 if int(minor) % 100 == 0 else int(minor) - 1)
    refused = {
        "the unclaimed pod": _refusal("unclaimed", major, minor),
        "the claimed pod, of another device,": _refusal("claimed", major, other),
    }
    for who, words in refused.items():
        _expect("not permitted" in words, f"{who} was not refused: {words}")
    return (
        f"claimed pod opens /dev/{name} and a node it made of {major}:{minor}; refused with "
        f"'Operation not permitted' after mknod: unclaimed pod, and claimed pod on {major}:{other}"
    )


def _opens(pod: str, path: str, *, made: str = "") -> bool:
    make = f"mknod {path} b {made} && " if made else ""
    return "opened" in _inside(pod, f"{make}head -c 512 {path} >/dev/null && echo opened")


def _refusal(pod: str, major: str, minor: str) -> str:
    path = f"/tmp/foreign-{minor}"
    return _inside(
        pod, f"mknod {path} b {major} {minor} && ls {path} && head -c 512 {path} 2>&1 | cat -v"
    )


def _node_returns() -> str:
    platform = _platform()
    first = platform.node_pid(1)
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + POD_SECONDS
    while time.monotonic() < deadline:
        time.sleep(2)
        again = _node_pid(platform)
        if again not in {0, first} and _lease_renewed(again):
            return "a new first process, and its kubelet reports"
    raise StepError(f"not within {POD_SECONDS} s; its first process is {_node_pid(platform)}")


def _node_pid(platform: Platform) -> int:
    try:
        return platform.node_pid(1)
    except PlimsollError:  # between its two lives
        return 0


def _lease_renewed(pid: int) -> bool:
    """Return whether node1's kubelet has renewed its lease since process `pid` was there."""
    when = _kubectl(
        *("get", "lease", "-n", "kube-node-lease", "node1", "-o", "jsonpath={.spec.renewTime}")
    )
    seconds = _out("date", "-d", when, "+%s.%N")
    return float(seconds) > Path(f"/proc/{pid}").stat().st_mtime


def _down() -> str:
    begun = time.monotonic()
    _tell(["plimsoll", "down"], 120)
    return f"{time.monotonic() - begun:.1f} s"


def _nothing_remains(before: dict[str, set[str]]) -> str:
    deadline = time.monotonic() + 10
    while left := differences(before, traces()):
        if time.monotonic() > deadline:
            raise StepError("; ".join(left))
        time.sleep(0.5)
    return ", ".join(f"no {kind}" for kind in before)


def _half_way() -> str:
    with subprocess.Popen(["plimsoll", "up"], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for_nodes()
        finally:
            process.kill()
    status = _platform().folder.read_status()
    if status:
        os.kill(status.supervisor.pid, signal.SIGKILL)
    return f"killed `up` and the supervisor while nodes were starting; {_down()}"


def _wait_for_nodes() -> None:
    deadline = time.monotonic() + POD_SECONDS
    while not list(Path("/sys/fs/cgroup/system.slice").glob("plimsoll-*.scope/node2/init")):
        if time.monotonic() > deadline:
            raise StepError(f"no node was being started within {POD_SECONDS} s")
        time.sleep(0.2)


def _platform() -> Platform:
    platform = load(NAME)
    if platform is None:
        raise StepError("there is no platform")
    return platform


def _kubectl(*arguments: str, text: str | None = None) -> str:
    platform = _platform()
    command = [str(platform.binaries["kubectl"]), f"--kubeconfig={platform.kubeconfig}"]
    return _out(*command, *arguments, text=text)


def _inside(pod: str, script: str) -> str:
    return _kubectl("exec", pod, "--", "sh", "-c", script)


def _out(*command: str, text: str | None = None) -> str:
    answer = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, timeout=300
    )
    if answer.returncode != 0:
        raise StepError(f"{' '.join(command[:6])} failed: {answer.stdout} {answer.stderr}")
    return answer.stdout.strip()


def _tell(command: list[str], seconds: float) -> None:
    """Run the command, showing what it prints; raise StepError if it fails or takes longer."""
    answer = subprocess.run(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False, timeout=seconds
    )
    _expect(answer.returncode == 0, f"{' '.join(command)} ended with {answer.returncode}")


def _expect(held: object, otherwise: str) -> None:
    if not held:
        raise StepError(otherwise)


def _show_logs() -> None:
    """Show the end of every log of a platform that did not come up."""
    for path in sorted(Path("/var/lib/plimsoll").glob("*/**/*.log")):
        print(f"{path} ends with:", flush=True)
        for line in path.read_text(errors="replace").splitlines()[-6:]:
            print(f"    {line[:300]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
