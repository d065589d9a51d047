"""Python code for the kubelet's gRPC interfaces, generated into the cache.

The .proto files are those of the Kubernetes version that the platform runs: they come from the
module that its build pins, by the Go toolchain. Generated code is not committed.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from plimsoll.embedded.accelerators.driver.kubelet_api import PACKAGE
from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.errors import PlimsollError

MODULE = "k8s.io/kubelet"
INTERFACES = {
    "dra": "dra/v1",
    "registration": "pluginregistration/v1",
    "health": "dra-health/v1",
    "deviceplugin": "deviceplugin/v1beta1",
}
"""Name of the generated modules to the folder of the interface in the kubelet's module."""
_BUILD = Path(__file__).parent.parent / "builds" / "kubernetes"
_GO_TIMEOUT = 180
_PROTOC_TIMEOUT = 60


class StubsError(PlimsollError):
    """The kubelet's interfaces cannot be found or compiled."""


def pinned_version() -> str:
    """Return the version of the kubelet's module that the platform's build pins."""
    text = (_BUILD / "go.mod").read_text()
    match = re.search(rf"^\s*{re.escape(MODULE)} => {re.escape(MODULE)} (v\S+)", text, re.MULTILINE)
    if match is None:
        raise StubsError(f"{_BUILD / 'go.mod'} does not pin {MODULE}")
    return match[1]


def generated_stubs() -> Path:
    """Return the folder of the Python package with all interfaces, generating it if needed.

    Raises StubsError if the module cannot be fetched or the interfaces do not compile.
    """
    version = pinned_version()
    tools = importlib.metadata.version("grpcio-tools")
    key = fingerprint([version, tools, file_signature(Path(__file__))])

    def make(folder: Path) -> None:
        _generate(_module_folder(version) / "pkg" / "apis", folder)

    return cached(f"stubs/{key}/{PACKAGE}", make)


def _generate(interfaces: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / PACKAGE
        source.mkdir()
        for name, place in INTERFACES.items():
            shutil.copyfile(interfaces / place / "api.proto", source / f"{name}.proto")
        files = sorted(str(path) for path in source.iterdir())
        output = [f"--{kind}_out={folder.parent}" for kind in ("python", "grpc_python")]
        # The compiler's folder layout is the package's, so the cache's last folder is the package.
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{scratch}", *output, *files]
        _run(command, "compile the kubelet's interfaces", _PROTOC_TIMEOUT)
    (folder / "__init__.py").write_text("")


def _module_folder(version: str) -> Path:
    go = shutil.which("go")
    if go is None:
        raise StubsError(
            "no Go toolchain on this machine; it fetches the kubelet's interfaces",
            next_step="install Go and put it on the PATH",
        )
    command = [go, "mod", "download", "-json", f"{MODULE}@{version}"]
    answer = json.loads(_run(command, f"fetch {MODULE} {version}", _GO_TIMEOUT))
    return Path(answer["Dir"])


def _run(command: list[str], purpose: str, timeout: float) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=timeout)
    except subprocess.CalledProcessError as error:
        detail = (error.stderr or error.stdout).strip()
        raise StubsError(f"cannot {purpose}: {detail}") from error
    except subprocess.TimeoutExpired as error:
        raise StubsError(f"cannot {purpose}: not done after {timeout:.0f} s") from error
    return done.stdout
