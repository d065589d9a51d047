"""The kubelet's interfaces are those of the Kubernetes that the platform runs."""

from __future__ import annotations

from plimsoll.embedded.accelerators.stubs import pinned_version
from plimsoll.embedded.config import KUBERNETES_VERSION


def test_interfaces_are_of_the_version_that_runs() -> None:
    assert pinned_version().removeprefix("v0.") == KUBERNETES_VERSION.removeprefix("v1.")
