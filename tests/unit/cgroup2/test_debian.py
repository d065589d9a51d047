"""What the emulated Debian is made from: this machine's release, and modules in loading order."""

from __future__ import annotations

import pytest

from tests.cgroup2.debian import DebianError, module_order, release


def test_release_is_the_code_name() -> None:
    assert release('PRETTY_NAME="Debian 12"\nVERSION_CODENAME=bookworm\nID=debian\n') == "bookworm"


def test_another_distribution_is_refused_by_name() -> None:
    with pytest.raises(DebianError, match="fedora"):
        release("ID=fedora\n")


def test_modules_come_after_what_they_need() -> None:
    dependencies = (
        "kernel/a/virtio.ko:\n"
        "kernel/a/virtio-ring.ko: kernel/a/virtio.ko\n"
        "kernel/b/virtio_blk.ko: kernel/a/virtio-ring.ko kernel/a/virtio.ko\n"
    )
    assert module_order(dependencies, ("virtio_blk", "built_in")) == [
        "kernel/a/virtio.ko",
        "kernel/a/virtio-ring.ko",
        "kernel/b/virtio_blk.ko",
    ]
