"""Upstream's manifests and version, read from the pinned Go module without a copy in this tree.

The manifests are rendered once, beside the built binary, so that they are cached and packed with
it and a machine without Go can install them.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plimsoll.errors import PlimsollError

MODULE = "sigs.k8s.io/kueue"
BUILD = Path(__file__).parents[1] / "builds" / "kueue"
_RENDERED = "kueue-manifests.json"

Object = dict[str, Any]


class KueueError(PlimsollError):
    """Kueue cannot be prepared for the platform."""


@cache
def version() -> str:
    """Return the pinned version, for example `v0.19.2`."""
    found = re.search(rf"{re.escape(MODULE)} (v\S+)", (BUILD / "go.mod").read_text())
    if found is None:
        raise KueueError(
            f"{BUILD / 'go.mod'} does not require {MODULE}",
            next_step="this installation is damaged; install it again",
        )
    return found[1]


def render(manager: Path, kubectl: Path) -> Path:
    """Return the rendered manifests beside the binary `manager`, made with `kubectl` if missing.

    Raises KueueError if the Go module, Go or kubectl does not do its part.
    """
    rendered = manager.with_name(_RENDERED)
    if rendered.exists():
        return rendered
    module = _run(["go", "list", "-m", "-f", "{{.Dir}}", MODULE], folder=BUILD).strip()
    text = _run(["kubectl", "kustomize", f"{module}/config/default"], program=kubectl)
    try:
        objects = [item for item in YAML(typ="safe").load_all(text) if item]
        partial = rendered.with_name(f".{rendered.name}.partial")
        partial.write_bytes(msgspec.json.encode(objects))
        partial.replace(rendered)
    except (YAMLError, OSError) as error:
        raise KueueError(
            f"the manifests of Kueue cannot be written to {rendered}: {error}",
            next_step="free space there, or set PLIMSOLL_CACHE to a folder that can be written",
        ) from error
    return rendered


def read(manager: Path) -> list[Object]:
    """Return upstream's objects as `render` left them beside `manager`.

    Raises KueueError when they are not there.
    """
    try:
        objects: list[Object] = msgspec.json.decode(manager.with_name(_RENDERED).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise KueueError(
            f"the manifests of Kueue cannot be read: {error}",
            next_step="build them again: plimsoll up --with gang",
        ) from error
    return objects


def _run(command: list[str], *, folder: Path | None = None, program: Path | None = None) -> str:
    try:
        answer = subprocess.run(
            command,
            executable=program,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KueueError(
            f"`{' '.join(command)}` did not run: {error}", next_step="apt-get install golang-go"
        ) from error
    if answer.returncode != 0:
        raise KueueError(
            f"`{' '.join(command)}` failed: {answer.stderr.strip()}",
            next_step=f"try it by hand in {folder or 'any folder'}",
        )
    return answer.stdout
