"""The container images that checks use, in one place.

Only widely mirrored images, so that a cluster behind a mirror or without internet can serve them;
`plimsoll images` lists exactly these, and `--image-registry` replaces their host.
"""

from __future__ import annotations

BUSYBOX = "docker.io/library/busybox:1.37.0"
"""For pods that only have to exist, sleep or answer HTTP."""

PYTHON = "docker.io/library/python:3.13-slim"
"""For probes inside a pod: Python and glibc, which vendor tools need."""

ALL: dict[str, str] = {
    BUSYBOX: "pods that wait, block a device or answer HTTP",
    PYTHON: "probes that look at devices and open them",
}
