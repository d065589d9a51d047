"""What the user asked for, as one frozen value that every part of a run reads.

The command line fills it in, nothing changes it afterwards, and every option that differs from its
default stands in the run's first fact, so that judging and readers know it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

FOREIGN_MAX_ACCELERATORS = 2
"""How many accelerators a run may hold on a cluster that is not ours, unless the user says more."""


class Options(Struct, frozen=True, kw_only=True):
    """All options of a run, see `plimsoll check --help` for their meaning."""

    strict: bool = False
    standard: str = ""
    """The checklist version, for example v1.37; empty takes the cluster's."""
    profile: str = "onprem"
    timeout_factor: float = 1.0
    max_accelerators: int | None = None
    reserve: float = 0.2
    """Share of the free CPU, memory and accelerators that is left alone."""
    gang_nodes: tuple[str, ...] = ()
    allow_scale: bool = False
    allow_bypass_probes: bool = False
    probe_namespace: str = ""
    device_class: str = ""
    resource: str = ""
    runtime_class: str = ""
    queue: str = ""
    namespace: str = ""
    """A namespace of the user's to work in; empty makes one for each check."""
    image_registry: str = ""
    image_pull_secret: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    node_selector: dict[str, str] = {}
    tolerations: tuple[str, ...] = ()
    """Taint keys to tolerate beside the known accelerator taints."""
    thorough: bool = False
    allow_public: bool = False
    max_new_nodes: int = 1
    no_autoscaler: str = ""
    """Why the platform has no autoscaler; empty: it may have one."""
    gateway_class: str = ""
    metric_name: str = ""
    """The name under which the run's own metric is published, where new names are dropped."""
    accelerator_metrics: tuple[str, ...] = ()
    """Endpoints, each NAMESPACE/LABEL=VALUE:PORT/PATH."""
    load_image: str = ""
    """An image whose entrypoint loads the accelerator that it is given."""
    monitoring: str = ""
    """The query endpoint of the platform's monitoring: a URL or NAMESPACE/SERVICE:PORT[/PATH]."""
    operators: tuple[str, ...] = ()
    """Operators to look at, by name; empty: all that are found."""
    disruptive: tuple[str, ...] = ()
    """Operators that may be stopped and started again."""
    embedded: bool = False
    product: dict[str, Any] = {}
    """What the user says of the platform under test, for the manifest."""

    def accelerator_limit(self) -> int | None:
        """Return how many accelerators the run may hold at once; None means all."""
        if self.max_accelerators is not None or self.embedded:
            return self.max_accelerators
        return FOREIGN_MAX_ACCELERATORS

    def may_scale(self) -> bool:
        """Tell whether pods may make an autoscaler add nodes, which can cost money."""
        return self.allow_scale or self.embedded

    def may_expose(self) -> bool:
        """Tell whether the run may open an address that others can reach."""
        return self.allow_public or self.embedded

    def changed(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, as plain JSON."""
        default = Options()
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in structs.asdict(self).items()
            if value != getattr(default, name)
        }
