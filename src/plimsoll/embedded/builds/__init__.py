"""The programs of the embedded platform, as folders that pin upstream Go modules: one per build.

A folder holds build.toml, which says what is built and how, go.mod and go.sum, and a main.go of a
few lines where a main package cannot be built directly; a program that cannot be built here comes
out of a Python wheel instead (`wheel`). Builds that share a module graph name one folder with
go.mod for all of them (`module`), so what they share is compiled once. What is built depends on
these files alone, so their hash names the result, and a folder added here is a build added.
"""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

import msgspec

from plimsoll.embedded.cache import fingerprint
from plimsoll.errors import PlimsollError

_FOLDER = Path(__file__).parent


class BuildDescriptionError(PlimsollError):
    """There is no such build, or its folder is damaged."""


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    """A Python wheel that holds the finished program."""

    distribution: str
    program: str
    """Its path inside the wheel."""
    hashes: dict[str, str]
    """SHA-256 of the wheel for each kind of machine (x86_64, aarch64)."""


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """What build.toml says."""

    title: str
    version: str
    usual_seconds: float
    """On two idle cores with nothing cached."""
    wheel: Wheel | None = None
    """Where the program comes from if it is not built."""
    packages: tuple[str, ...] = ()
    """Import paths of the main packages, local ones as `./folder`. The only one gives a program
    named after the build, several give programs named after their last elements."""
    module: str = ""
    """The folder beside this one whose go.mod is used; empty: its own."""
    source: str = ""
    """The folder beside this one whose Go files are built, with this one's go.mod; empty: its
    own. For the same program of several upstream versions."""
    links: tuple[str, ...] = ()
    """Other names of the only program, which looks at the name it is called by."""
    tags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    cgo: bool = False

    def programs(self, name: str) -> tuple[str, ...]:
        """Return the names of all programs that the build `name` gives, links included."""
        if self.wheel or len(self.packages) == 1:
            return (name, *self.links)
        return (*(Path(package).name for package in self.packages), *self.links)


def folder(name: str) -> Path:
    """Return the folder of a build."""
    return _FOLDER / name


def module_folder(name: str) -> Path:
    """Return the folder with the go.mod of a build."""
    return folder(load(name).module or name)


def source_folder(name: str) -> Path:
    """Return the folder in which a build is built."""
    source = load(name).source
    return folder(source) if source else module_folder(name)


@cache
def load(name: str) -> Build:
    """Return a build's description; raise BuildDescriptionError if it has none."""
    path = folder(name) / "build.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Build)
    except (OSError, msgspec.MsgspecError) as error:
        raise BuildDescriptionError(
            f"the build {name!r} has no usable {path}: {error}",
            next_step="install plimsoll again; its files are damaged",
        ) from error


def all_names() -> list[str]:
    """Return the names of all builds."""
    return sorted(path.parent.name for path in _FOLDER.glob("*/build.toml"))


@cache
def key(name: str) -> str:
    """Return what names the result of a build: a hash of its folder and this machine's kind.

    The Go toolchain is not part of it (go.mod says which one is needed), so that a machine with
    finished programs needs no Go.
    """
    module = module_folder(name)
    sources = [module / package for package in load(name).packages if package.startswith(".")]
    parts = [platform.machine()]
    for place in dict.fromkeys((folder(name), module, *sources, *_borrowed(name))):
        kinds = {".go"} if place in _borrowed(name) else {".go", ".mod", ".sum", ".toml"}
        for path in sorted(place.iterdir()):
            if path.suffix in kinds:
                parts += [path.name, path.read_text()]
    return fingerprint(parts)


def _borrowed(name: str) -> list[Path]:
    """Return the folder of another build whose Go files, and nothing else, a build uses."""
    return [source_folder(name)] if load(name).source else []
