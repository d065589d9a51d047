"""`plimsoll up`: a real Kubernetes with simulated accelerators on this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from plimsoll.embedded.config import PlatformConfig
    from plimsoll.embedded.platform import Platform


def up(
    *,
    name: str = "default",
    network: str = "",
    nodes: int = 2,
    accelerators: int = 4,
    memory: str = "1Gi",
    with_: Annotated[tuple[str, ...], Parameter(name="--with", negative="")] = (),
    device_plugin: Annotated[bool, Parameter(negative="")] = False,
    kubernetes: str = "",
    fault: Annotated[tuple[str, ...], Parameter(negative="")] = (),
) -> int:
    """Start a real Kubernetes with simulated accelerators on this machine.

    Needs Linux and root. The first start builds Kubernetes and its companions, which takes about
    seven minutes; later ones take seconds. A platform that runs already is left as it is.

    Parameters
    ----------
    name
        What to call the platform; several can exist side by side.
    network
        The /20 of 198.18.0.0/15 that it uses. Default: the first free one.
    nodes
        Worker nodes, 1 to 8.
    accelerators
        Simulated accelerators on each node, 0 to 32.
    memory
        Memory of each accelerator, such as 256Mi or 1Gi.
    with_
        Something to install beyond the core, such as gang, or all. May be repeated.
    device_plugin
        Serve accelerators through a device plugin instead of DRA.
    kubernetes
        The version of Kubernetes, 1.34 to 1.37. Default: the newest.
    fault
        Start the platform broken in this way. May be repeated.
    """
    from msgspec.structs import replace

    from plimsoll.cli.progress_view import ProgressView, clock
    from plimsoll.embedded import components, platform
    from plimsoll.embedded.config import (
        KUBERNETES_VERSION,
        PlatformConfig,
        parse_size,
        parse_version,
        validate,
    )

    config = PlatformConfig(
        name=name,
        network=network,
        nodes=nodes,
        accelerators=accelerators,
        accelerator_memory=parse_size(memory),
        components=with_,
        faults=fault,
        device_plugin=device_plugin,
        kubernetes_version=parse_version(kubernetes) if kubernetes else KUBERNETES_VERSION,
    )
    if components.ALL in with_:
        config = replace(config, components=tuple(components.optional(config)))
    validate(config)
    existing = platform.load(name)
    if existing and existing.running():
        print(f"The platform {name!r} is running already; nothing was changed.")
        _say_differences(existing.record.config, config)
        _say_what_next(existing)
        return 0
    begun = time.monotonic()
    print(f"Starting the platform {name!r}.")
    with ProgressView() as view:
        made = platform.up(config, view)
    print(f"Up after {clock(time.monotonic() - begun)}.")
    if existing:
        _say_differences(made.record.config, config)
    _say_what_next(made)
    return 0


def _say_differences(has: PlatformConfig, asked: PlatformConfig) -> None:
    fields = [field for field in asked.__struct_fields__ if field != "network"]
    other = [field for field in fields if getattr(has, field) != getattr(asked, field)]
    if other:
        print(
            f"It keeps its own {', '.join(other).replace('_', ' ')}; take it down to change that."
        )


def _say_what_next(made: Platform) -> None:
    suffix = "" if made.name == "default" else f" --name {made.name}"
    print(f"""
  export KUBECONFIG={made.kubeconfig}
  {made.binaries["kubectl"]} get nodes

  plimsoll check --embedded{suffix}    check what it does
  plimsoll status{suffix}              see every part of it
  plimsoll down{suffix}                remove it, leaving nothing behind""")
