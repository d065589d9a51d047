"""The running Python interpreter as a list of files for an image.

Takes the base interpreter (not the virtual environment), its standard library without tests and
graphical parts, and the closure of shared libraries that the dynamic loader reports. Byte code goes
along in a form that does not look at file times, so that `import` is fast in a read-only image.
"""

from __future__ import annotations

import importlib.util
import marshal
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plimsoll.embedded.cache import file_signature, fingerprint
from plimsoll.errors import PlimsollError

PREFIX = "/usr/local"
LIBRARIES = f"{PREFIX}/lib"
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
ENVIRONMENT = {"LD_LIBRARY_PATH": LIBRARIES}
_LEFT_OUT = {
    "__pycache__", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data",
    "site-packages", "dist-packages", "test", "tests", "tkinter", "turtledemo",
}  # fmt: skip
_LEFT_OUT_FILES = {"EXTERNALLY-MANAGED", "sitecustomize.py"}
_LEFT_OUT_MODULES = {"_tkinter", "nis"}
"""Modules in C whose libraries many machines lack, and that no program in a container misses."""


class RuntimeFilesError(PlimsollError):
    """The interpreter's files or libraries cannot be found."""


@dataclass(frozen=True)
class Runtime:
    """What makes `python3` run in an image, beside ENVIRONMENT: files by their path, links."""

    sources: dict[str, Path]
    links: dict[str, str]

    @property
    def signature(self) -> str:
        """Return a text that changes when the interpreter or a library is replaced."""
        parts = (f"{name}={file_signature(path)}" for name, path in sorted(self.sources.items()))
        return fingerprint([sys.version, *parts])

    def files(self) -> dict[str, Path | bytes]:
        """Return every file, with the byte code of each module beside its source."""
        return with_byte_code(self.sources)


@cache
def collect_runtime() -> Runtime:
    """Return the files of the running interpreter; raises RuntimeFilesError.

    Asking the linker for every extension module takes half a second, so once per process is enough.
    """
    interpreter = Path(sys.base_prefix, "bin", VERSION).resolve()
    standard_library = Path(sysconfig.get_path("stdlib"))
    for needed in (interpreter, standard_library / "os.py"):
        if not needed.exists():
            raise RuntimeFilesError(
                f"the running Python has no {needed}, so no image can be made from it",
                next_step="use a Python that is installed with its standard library",
            )
    target = f"{PREFIX}/{sys.platlibdir}/{VERSION}"
    sources = {f"{target}/{name}": path for name, path in _walk(standard_library)}
    sources[f"{PREFIX}/bin/{VERSION}"] = interpreter
    sources |= library_closure([interpreter, *sources.values()])
    links = {f"{PREFIX}/bin/{name}": VERSION for name in ("python", "python3")}
    return Runtime(sources, links)


def package_files(folder: Path, target: str) -> dict[str, Path]:
    """Return the files of the Python package in `folder` by their path below `target`."""
    return {f"{target}/{folder.name}/{name}": path for name, path in _walk(folder)}


def library_closure(programs: Iterable[Path]) -> dict[str, Path]:
    """Return the shared libraries that `programs` load, by their path in the image.

    The loader keeps its path, for programs name it; everything else goes into one folder, which
    LD_LIBRARY_PATH names. Raises RuntimeFilesError if a library is missing or ldd fails.
    """
    binaries = [path for path in programs if _is_binary(path)]
    try:
        answer = subprocess.run(["ldd", *binaries], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise RuntimeFilesError(
            "no ldd on this machine; it names the libraries that the interpreter needs",
            next_step="apt-get install libc-bin",
        ) from error
    found: dict[str, Path] = {}
    for line in answer.stdout.splitlines():
        name, _, rest = line.strip().partition(" => ")
        where = (rest or name).split(" (")[0]
        if where == "not found":
            raise RuntimeFilesError(
                f"the shared library {name}, which the running Python needs, is not found",
                next_step="install it, or run plimsoll with another Python",
            )
        if not line.startswith(("\t", " ")) or not where.startswith("/"):
            continue
        found[where if not rest else f"{LIBRARIES}/{name}"] = Path(where).resolve()
    return found


def with_byte_code(sources: dict[str, Path]) -> dict[str, Path | bytes]:
    """Return `sources` plus the byte code of every Python module in it."""
    files: dict[str, Path | bytes] = dict(sources)
    for name, path in sources.items():
        code = _byte_code(path) if path.suffix == ".py" else None
        if code is not None:
            files[importlib.util.cache_from_source(name, optimization="")] = code
    return files


def _byte_code(path: Path) -> bytes | None:
    """Return the file's byte code marked as unchecked, or None if the source does not compile."""
    source = path.read_bytes()
    body = _compiled_before(path)
    if body is None:
        try:
            code = compile(source, path.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):  # data for tools, never imported
            return None
        body = marshal.dumps(code)
    unchecked = (1).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + unchecked + importlib.util.source_hash(source) + body


def _compiled_before(path: Path) -> bytes | None:
    """Return what the interpreter cached for this very source, without its header."""
    try:
        cached = Path(importlib.util.cache_from_source(str(path), optimization="")).read_bytes()
    except OSError:
        return None
    status = path.stat()
    stamp = int(status.st_mtime).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
    expected = importlib.util.MAGIC_NUMBER + bytes(4) + stamp
    return cached[16:] if cached[:16] == expected else None


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in _LEFT_OUT and not path.name.startswith("config-"):
                yield from ((f"{path.name}/{name}", inner) for name, inner in _walk(path))
        elif _belongs(path):
            yield path.name, path


def _belongs(path: Path) -> bool:
    if path.suffix in {".pyc", ".a", ".pyi"} or path.name in _LEFT_OUT_FILES:
        return False
    return path.suffix != ".so" or path.name.partition(".")[0] not in _LEFT_OUT_MODULES


def _is_binary(path: Path) -> bool:
    if path.suffix in {"", ".so"} or ".so." in path.name or "/bin/" in str(path):
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    return False
