"""The images of Envoy Gateway and of Envoy, which exist only on the platform's nodes."""

from __future__ import annotations

from pathlib import Path

from plimsoll.embedded.builds import load
from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.images import ACCOUNTS, SEARCH_PATH, build_image
from plimsoll.embedded.python_runtime import ENVIRONMENT, library_closure

FAULTS = "gateway-faults"
_USER = "65532:65532"
_PLACE = "/usr/local/bin"


def controller_image_name() -> str:
    """Return the full reference of the image of Envoy Gateway, its shutdown manager included."""
    return f"plimsoll.local/envoy-gateway:{load('envoy-gateway').version}"


def proxy_image_name() -> str:
    """Return the full reference of the image of Envoy."""
    return f"plimsoll.local/envoy:{load('envoy').version}"


def controller_image(program: Path) -> Path:
    """Return the cached archive of the image that holds nothing but Envoy Gateway."""
    return _image("envoy-gateway", controller_image_name(), program)


def proxy_image(program: Path) -> Path:
    """Return the cached archive of the image of Envoy and the libraries that it loads."""
    return _image("envoy", proxy_image_name(), program, libraries=library_closure([program]))


def faults_image_name() -> str:
    """Return the full reference of the image of the program that plays Envoy Gateway's faults."""
    return f"plimsoll.local/{FAULTS}:{load(FAULTS).version}"


def faults_image(program: Path) -> Path:
    """Return the cached archive of the image that plays Envoy Gateway's faults."""
    return _image(FAULTS, faults_image_name(), program)


def _image(
    stem: str, name: str, program: Path, *, libraries: dict[str, Path] | None = None
) -> Path:
    files = {f"{_PLACE}/{stem}": program} | (libraries or {})
    signatures = (f"{target}={file_signature(path)}" for target, path in sorted(files.items()))

    def make(path: Path) -> None:
        build_image(
            path,
            name=name,
            files={**ACCOUNTS, **files},
            user=_USER,
            entrypoint=[stem],
            env={"PATH": SEARCH_PATH} | (ENVIRONMENT if libraries else {}),
        )

    return cached(f"images/{stem}-{fingerprint([name, *signatures])}.tar", make)
