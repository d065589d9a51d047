"""The images of Envoy Gateway and of Envoy, which exist only on the platform's nodes."""

from __future__ import annotations

from pathlib import Path

from plimsoll.embedded.builds import load
from plimsoll.embedded.program_image import program_image
from plimsoll.embedded.python_runtime import library_closure

FAULTS = "gateway-faults"
_PLACE = "/usr/local/bin"  # on the search path: Envoy Gateway runs both by their names


def controller_image_name() -> str:
    """Return the full reference of the image of Envoy Gateway, its shutdown manager included."""
    return f"plimsoll.local/envoy-gateway:{load('envoy-gateway').version}"


def proxy_image_name() -> str:
    """Return the full reference of the image of Envoy."""
    return f"plimsoll.local/envoy:{load('envoy').version}"


def controller_image(program: Path) -> Path:
    """Return the cached archive of the image that holds nothing but Envoy Gateway."""
    name = controller_image_name()
    return program_image(program, name=name, path=f"{_PLACE}/envoy-gateway")


def proxy_image(program: Path) -> Path:
    """Return the cached archive of the image of Envoy and the libraries that it loads."""
    libraries = library_closure([program])
    name = proxy_image_name()
    return program_image(program, name=name, path=f"{_PLACE}/envoy", libraries=libraries)


def faults_image_name() -> str:
    """Return the full reference of the image of the program that plays Envoy Gateway's faults."""
    return f"plimsoll.local/{FAULTS}:{load(FAULTS).version}"


def faults_image(program: Path) -> Path:
    """Return the cached archive of the image that plays Envoy Gateway's faults."""
    return program_image(program, name=faults_image_name(), path=f"{_PLACE}/{FAULTS}")
