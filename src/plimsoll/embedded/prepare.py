"""Everything that a platform needs before it exists: a fit machine, programs and images.

A second call finds all of it in the cache and takes a fraction of a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from plimsoll.embedded import builder, builds, components, faults
from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.config import KUBERNETES_BUILDS, PlatformConfig
from plimsoll.embedded.images import build_image, busybox_image, python_image, static_busybox
from plimsoll.embedded.node_spec import PAUSE_IMAGE
from plimsoll.embedded.progress import Report, Stages
from plimsoll.embedded.tools import check_machine

_KUBERNETES = "kubernetes"
CORE_BUILDS = (_KUBERNETES, "containerd", "runc")


class Prepared(NamedTuple):
    """What was made or found."""

    binaries: dict[str, str]
    """Absolute path of each program by its name."""
    images: tuple[str, ...]
    """OCI archives in the order in which nodes import them."""


def prepare(config: PlatformConfig, report: Report) -> Prepared:
    """Return programs and images for a platform with this configuration, making what is missing.

    Raises MachineError, BuildError or ImageError.
    """
    wanted = components.wanted(config)
    names = [*CORE_BUILDS, *(build for component in wanted for build in component.builds)]
    names += [build for name in config.faults for build in faults.get(name).builds]
    own = KUBERNETES_BUILDS[config.kubernetes_version]
    names = list(dict.fromkeys(own if name == _KUBERNETES else name for name in names))
    missing = builder.missing(names)
    to_build = [name for name in missing if not builds.load(name).wheel]
    check_machine(to_build=to_build, with_cgo=any(builds.load(name).cgo for name in to_build))
    binaries = builder.programs(names, report)
    by_name = {name: Path(path) for name, path in binaries.items()}
    with Stages(report).stage("images", usual=1):
        paths = [_pause_image()]
        for component in wanted:
            paths += map(str, component.images(config, by_name))
        paths += [str(busybox_image()), str(python_image())]
    return Prepared(binaries, tuple(dict.fromkeys(paths)))


def _pause_image() -> str:
    """Return the image of the process that holds a pod's namespaces."""
    program = static_busybox()
    key = fingerprint([file_signature(program), PAUSE_IMAGE])
    sleep = ["/bin/busybox", "sleep", "2147483647"]
    return str(
        cached(
            f"images/pause-{key}.tar",
            lambda path: build_image(
                path, name=PAUSE_IMAGE, files={"/bin/busybox": program}, entrypoint=sleep
            ),
        )
    )
