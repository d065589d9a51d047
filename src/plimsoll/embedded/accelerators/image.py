"""The image in which the driver runs: gRPC and the driver itself on top of the Python image."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import plimsoll
from plimsoll.embedded.accelerators.stubs import generated_stubs
from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.images import PYTHON_ENVIRONMENT, ImageError, build_image, python_image
from plimsoll.embedded.python_runtime import (
    library_closure,
    package_files,
    with_byte_code,
)

REPOSITORY = "plimsoll.local/accelerators"
"""An image that exists only on the platform's nodes; the host does not resolve anywhere."""
PACKAGES = "/opt/plimsoll"
"""Where the image has its Python packages: distributions do not agree on a place of their own."""
PROGRAM = "plimsoll.embedded.accelerators.driver"
_DISTRIBUTIONS = ("grpcio", "protobuf", "prometheus-client", "typing-extensions")
_SUFFIXES = {".py", ".so"}
_OWN = ("__init__.py", "errors.py", "embedded/__init__.py", "embedded/accelerators/__init__.py")


def image_name() -> str:
    """Return the full reference of the driver's image."""
    return f"{REPOSITORY}:{plimsoll.__version__}"


def driver_image() -> Path:
    """Return the cached archive of the driver's image.

    Raises ImageError if a package is not installed, and what making stubs and the Python image
    raises.
    """
    base = python_image()
    sources = _package_sources() | _own_sources()
    sources |= package_files(generated_stubs(), PACKAGES)
    sources |= library_closure(sources.values())
    signatures = (f"{name}={file_signature(path)}" for name, path in sorted(sources.items()))
    key = fingerprint([image_name(), base.name, file_signature(Path(__file__)), *signatures])

    def make(path: Path) -> None:
        build_image(
            path,
            name=image_name(),
            files=with_byte_code(sources),
            entrypoint=["python3", "-m", PROGRAM],
            env={**PYTHON_ENVIRONMENT, "PYTHONPATH": PACKAGES},
            base=base,
        )

    return cached(f"images/accelerators-{key}.tar", make)


def _package_sources() -> dict[str, Path]:
    files: dict[str, Path] = {}
    for name in _DISTRIBUTIONS:
        try:
            listed = importlib.metadata.distribution(name).files
        except importlib.metadata.PackageNotFoundError as error:
            raise ImageError(
                f"the Python package {name} is not installed; the driver needs it",
                next_step='pip install "plimsoll[embedded]"',
            ) from error
        for file in listed or []:
            if file.suffix in _SUFFIXES:
                files[f"{PACKAGES}/{file}"] = Path(str(file.locate()))
    return files


def _own_sources() -> dict[str, Path]:
    package = Path(plimsoll.__file__).parent
    files = {f"{PACKAGES}/plimsoll/{name}": package / name for name in _OWN}
    folder = package / "embedded" / "accelerators" / "driver"
    return files | package_files(folder, f"{PACKAGES}/plimsoll/embedded/accelerators")
