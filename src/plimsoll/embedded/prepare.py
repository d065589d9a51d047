"""Everything that a platform needs before it exists: programs and images."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from plimsoll.embedded import components
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.images import build_image, busybox_image, python_image
from plimsoll.embedded.progress import Report


class Prepared(NamedTuple):
    """What was made or found."""

    binaries: dict[str, str]
    images: tuple[str, ...]


def prepare(config: PlatformConfig, report: Report) -> Prepared:
    d = Path("/var/cache/plimsoll-dev/bin")
    k = Path("/tmp/plim-bin")
    k.mkdir(exist_ok=True)
    b = {}
    for n in "containerd containerd-shim-runc-v2 ctr runc coredns".split():
        b[n] = str(d / n)
    for n in "etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl".split():
        if not (k / n).exists():
            (k / n).symlink_to(d / "kubernetes")
        b[n] = str(k / n)
    pause = build_image(
        Path("/tmp/plim-pause.tar"),
        name="plimsoll.local/pause:1",
        files={"/bin/busybox": Path("/bin/busybox")},
        entrypoint=["/bin/busybox", "sleep", "1000000000"],
    )
    return Prepared(b, (str(pause),))
