"""Upstream's manifests and version, read from the pinned Go module without a copy in this tree.

The manifests are rendered once, beside the built binary, so that they are cached and packed with
it and a machine without Go can install them.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plimsoll.embedded import builds
from plimsoll.errors import PlimsollError

Object = dict[str, Any]


class UpstreamError(PlimsollError):
    """What an upstream project ships cannot be prepared for the platform."""


class Upstream(Struct, frozen=True, kw_only=True):
    """One project whose manifests come with its Go module."""

    title: str
    build: str
    """The build whose go.mod pins it, and beside whose program the manifests are kept."""
    module: str
    """The path of its Go module."""
    paths: tuple[str, ...] = ("config/default",)
    """Inside the module: folders with a kustomization, or YAML files that are taken as they are."""
    part: str = ""
    """Sets it apart from other upstreams whose manifests lie beside the same program."""
    component: str = ""
    """The word after --with that brings it, for messages."""

    def version(self) -> str:
        """Return the pinned version, for example `v0.19.2`. Raises UpstreamError."""
        pins = builds.module_folder(self.build) / "go.mod"
        found = re.search(rf"^\s*{re.escape(self.module)} (v\S+)", pins.read_text(), re.MULTILINE)
        if found is None:
            raise UpstreamError(
                f"{pins} does not require {self.module}",
                next_step="this installation is damaged; install it again",
            )
        return found[1]

    def render(self, program: Path, kubectl: Path) -> Path:
        """Return the rendered manifests beside the built `program`, made with `kubectl` if missing.

        Raises UpstreamError if the Go module, Go or kubectl does not do its part.
        """
        rendered = self._rendered(program)
        if rendered.exists():
            return rendered
        try:
            objects = self._objects(kubectl)
            partial = rendered.with_name(f".{rendered.name}.partial")
            partial.write_bytes(msgspec.json.encode(objects))
            partial.replace(rendered)
        except (YAMLError, OSError) as error:
            raise UpstreamError(
                f"the manifests of {self.title} cannot be written to {rendered}: {error}",
                next_step="free space there, or set PLIMSOLL_CACHE to a folder that can be written",
            ) from error
        return rendered

    def read(self, program: Path) -> list[Object]:
        """Return upstream's objects as `render` left them beside `program`.

        Raises UpstreamError when they are not there.
        """
        try:
            objects: list[Object] = msgspec.json.decode(self._rendered(program).read_bytes())
        except (OSError, msgspec.DecodeError) as error:
            raise UpstreamError(
                f"the manifests of {self.title} cannot be read: {error}",
                next_step=f"build them again: plimsoll up --with {self.component}",
            ) from error
        return objects

    def folder(self) -> Path:
        """Return where the Go module lies, fetched if missing. Raises UpstreamError."""
        find = ["go", "mod", "download", "-json", f"{self.module}@{self.version()}"]
        answer = msgspec.json.decode(_run(find, folder=builds.module_folder(self.build)))
        return Path(str(answer["Dir"]))

    def _rendered(self, program: Path) -> Path:
        return program.with_name(f"{self.part or self.build}-manifests.json")

    def _objects(self, kubectl: Path) -> list[Object]:
        module = self.folder()
        found: list[Object] = []
        for path in self.paths:
            place = module / path
            text = (
                _run(["kubectl", "kustomize", str(place)], program=kubectl)
                if place.is_dir()
                else place.read_text()
            )
            found += [item for item in YAML(typ="safe").load_all(text) if item]
        return found


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
        raise UpstreamError(
            f"`{' '.join(command)}` did not run: {error}", next_step="apt-get install golang-go"
        ) from error
    if answer.returncode != 0:
        raise UpstreamError(
            f"`{' '.join(command)}` failed: {answer.stderr.strip()}",
            next_step=f"try it by hand in {folder or 'any folder'}",
        )
    return answer.stdout
