"""Builds programs with the Go toolchain into the cache, once, and only what is asked for.

Finished programs come from the package `plimsoll_platform` where it is installed and was made from
the same sources. Otherwise a build runs in a temporary folder of the cache and appears there by a
rename; a lock keeps two calls from building the same thing.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from plimsoll.embedded import builds, wheels
from plimsoll.embedded.cache import cache_folder, cached
from plimsoll.embedded.progress import Report, Stages
from plimsoll.errors import PlimsollError

_WHEEL = "plimsoll_platform"
_PACKAGE_LINE = re.compile(r"[\w.\-]+(/[\w.\-~+]+)*")


class BuildError(PlimsollError):
    """The Go toolchain did not build what it should."""


def programs(names: Sequence[str], report: Report) -> dict[str, str]:
    """Return the absolute path of every program of the named builds, building what is missing.

    Raises BuildError with the toolchain's last words if a build fails.
    """
    found: dict[str, str] = {}
    for name in names:
        home = finished(name) or _build(name, report)
        found |= {program: str(home / program) for program in builds.load(name).programs(name)}
    return found


def missing(names: Sequence[str]) -> list[str]:
    """Return those of the named builds that would have to be built."""
    return [name for name in names if finished(name) is None]


def finished(name: str) -> Path | None:
    """Return the folder with a build's programs, None if it has not been built."""
    return _from_wheel(name) or _from_cache(name)


def _from_wheel(name: str) -> Path | None:
    if importlib.util.find_spec(_WHEEL) is None:
        return None
    wheel = importlib.import_module(_WHEEL)
    folder = Path(str(wheel.__file__)).parent / f"{name}-{builds.key(name)}"
    return folder if folder.is_dir() else None


def _from_cache(name: str) -> Path | None:
    folder = cache_folder() / _cache_name(name)
    return folder if folder.is_dir() else None


def _cache_name(name: str) -> str:
    return f"builds/{name}-{builds.key(name)}"


def _build(name: str, report: Report) -> Path:
    build = builds.load(name)
    with (
        _only_one(name),
        Stages(report).stage(
            f"build {build.title} {build.version}", usual=build.usual_seconds
        ) as tell,
    ):
        return cached(_cache_name(name), lambda path: _make(name, path, tell))


def _make(name: str, path: Path, tell: Callable[[str], None]) -> None:
    """Build into the new folder `path`, reporting how many packages are compiled."""
    build = builds.load(name)
    if build.wheel:
        tell("fetching its wheel")
        path.mkdir()
        wheels.fetch(build, build.wheel, path / name)
        return
    environment = _environment(build)
    tell("fetching modules")
    total = len(
        _go(name, environment, ["list", *_pins(name), "-deps", *_tags(build), *build.packages])
    )
    path.mkdir()
    ldflags = " ".join(["-s", "-w", *build.ldflags])
    output = str(path / name) if len(build.packages) == 1 else f"{path}/"
    arguments = ["build", *_pins(name), "-v", "-trimpath", *_tags(build)]
    arguments += ["-ldflags", ldflags, "-o", output]
    compiled = 0
    for line in _lines(name, environment, [*arguments, *build.packages]):
        if _PACKAGE_LINE.fullmatch(line):
            compiled += 1
            tell(f"{min(compiled, total)} of {total} packages")
    for link in build.links:
        (path / link).symlink_to(name)


def _environment(build: builds.Build) -> dict[str, str]:
    return {
        **os.environ,
        "CGO_ENABLED": "1" if build.cgo else "0",
        "GOFLAGS": "-buildvcs=false",
        "GOWORK": "off",
    }


def _pins(name: str) -> list[str]:
    """Return what makes Go use a build's own pins with the files of another folder."""
    own = builds.load(name).source
    return [f"-modfile={builds.folder(name) / 'go.mod'}"] if own else []


def _tags(build: builds.Build) -> list[str]:
    return ["-tags", ",".join(build.tags)] if build.tags else []


def _go(name: str, environment: Mapping[str, str], arguments: Sequence[str]) -> list[str]:
    answer = subprocess.run(
        ["go", *arguments],
        cwd=builds.source_folder(name),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise _failure(name, answer.stderr.splitlines())
    return answer.stdout.split()


def _lines(name: str, environment: Mapping[str, str], arguments: Sequence[str]) -> Iterator[str]:
    """Yield what the toolchain prints; it ends with this process, however that ends."""
    said: list[str] = []
    with subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "go", *arguments],
        cwd=builds.source_folder(name),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None  # noqa: S101 - a pipe was asked for
            for line in process.stderr:
                said.append(line.rstrip())
                yield said[-1]
        finally:
            if process.poll() is None:
                process.terminate()
    if process.returncode != 0:
        raise _failure(name, [line for line in said if not _PACKAGE_LINE.fullmatch(line)])


def _failure(name: str, lines: Sequence[str]) -> BuildError:
    build = builds.load(name)
    last = "\n    ".join(lines[-8:]) or "it printed nothing"
    return BuildError(
        f"building {build.title} {build.version} failed; the Go toolchain said:\n    {last}",
        next_step="check that the Go module proxy can be reached, then call again; what is built "
        "stays built",
    )


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    folder = cache_folder() / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / f".{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
