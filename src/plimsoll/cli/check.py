"""`plimsoll check`: observe a platform by behaviour, judge what was seen, write the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

_Flag = Parameter(negative="")
_Repeated = Parameter(negative="", consume_multiple=False)


def check(
    requirements: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    /,
    *,
    embedded: Annotated[bool, _Flag] = False,
    name: str = "default",
    keep: Annotated[bool, _Flag] = False,
    kubeconfig: str = "",
    context: str = "",
    standard: str = "",
    strict: Annotated[bool, _Flag] = False,
    plan: Annotated[bool, _Flag] = False,
    rbac: Annotated[bool, _Flag] = False,
    out: Path | None = None,
    profile: Literal["embedded", "onprem", "cloud"] | None = None,
    timeout_factor: float = 1.0,
    max_accelerators: int | None = None,
    reserve: float = 0.2,
    gang_nodes: Annotated[tuple[str, ...], _Repeated] = (),
    allow_scale: Annotated[bool, _Flag] = False,
    allow_bypass_probes: Annotated[bool, _Flag] = False,
    probe_namespace: str = "",
    device_class: str = "",
    resource: str = "",
    runtime_class: str = "",
    queue: str = "",
    namespace: str = "",
    image_registry: str = "",
    image_pull_secret: str = "",
    label: Annotated[tuple[str, ...], _Repeated] = (),
    annotation: Annotated[tuple[str, ...], _Repeated] = (),
    node_selector: Annotated[tuple[str, ...], _Repeated] = (),
    toleration: Annotated[tuple[str, ...], _Repeated] = (),
    thorough: Annotated[bool, _Flag] = False,
    gateway_class: str = "",
    allow_public: Annotated[bool, _Flag] = False,
    max_new_nodes: int = 1,
    no_autoscaler: str = "",
    metric_name: str = "",
    accelerator_metrics: Annotated[tuple[str, ...], _Repeated] = (),
    load_image: str = "",
    monitoring: str = "",
    operator: Annotated[tuple[str, ...], _Repeated] = (),
    disruptive: Annotated[tuple[str, ...], _Repeated] = (),
    skip: Annotated[tuple[str, ...], _Repeated] = (),
    product: Path | None = None,
) -> int:
    """Check by behaviour what a platform does, and write evidence that anyone can judge again.

    Uses the cluster of your kubeconfig, or with --embedded a real Kubernetes on this machine. On
    your cluster it works in namespaces of its own, holds at most two accelerators and removes what
    it made; `--plan` says beforehand what it would do.

    Parameters
    ----------
    requirements
        What to check. Default: every requirement of the checklist that has a check.
    embedded
        Check the embedded platform on this machine; it is started when absent (Linux, root).
    name
        The embedded platform's name.
    keep
        Leave an embedded platform that was started for this check running.
    kubeconfig
        The kubeconfig to use. Default: $KUBECONFIG, then ~/.kube/config.
    context
        The context in it. Default: its current one.
    standard
        The checklist version, v1.33 to v1.37. Default: the cluster's version.
    strict
        Let the stricter claims decide too.
    plan
        Print objects, rights, minutes, what claims need and the official tests; do nothing.
    rbac
        Print a service account with just the needed rights as a manifest, and do nothing.
    out
        The run folder to write; it must not exist or be empty. Default: runs/TIME.
    profile
        Where time limits come from. Default: onprem, with --embedded embedded.
    timeout_factor
        Multiply all time limits by this.
    max_accelerators
        Hold at most so many accelerators at once. Default: 2; with --embedded all.
    reserve
        The share of free CPU, memory and accelerators to leave alone on your cluster.
    gang_nodes
        A node on which gangs may take CPU; needed for CPU gangs on your cluster. Repeatable.
    allow_scale
        Accept that pods may make an autoscaler add nodes, which can cost money.
    allow_bypass_probes
        Try bypasses also on nodes where others use accelerators.
    probe_namespace
        A namespace of yours in which a probe may run as root with MKNOD.
    device_class
        The DeviceClass of the accelerators, where it cannot be told.
    resource
        The extended resource of the accelerators, where it cannot be told.
    runtime_class
        The RuntimeClass for pods.
    queue
        The Kueue queue for pods, where every pod needs one.
    namespace
        A namespace of yours to work in, instead of namespaces of the run's own.
    image_registry
        A registry or mirror from which images are pulled instead.
    image_pull_secret
        The pull secret for images, in the --namespace.
    label
        A label KEY=VALUE for every object. Repeatable.
    annotation
        An annotation KEY=VALUE for every object. Repeatable.
    node_selector
        A node label KEY=VALUE that pods ask for. Repeatable.
    toleration
        The key of a taint that pods tolerate. Repeatable.
    thorough
        Try every engine, mode and resource kind in full.
    gateway_class
        The GatewayClass to try. Default: the most usual accepted one of each implementation.
    allow_public
        Accept that a Gateway may get an address that others can reach, which can cost money.
    max_new_nodes
        How many nodes an autoscaler may add; with more, the run deletes its pods at once.
    no_autoscaler
        Say that the platform has no autoscaler, and why; the words are quoted in the evidence.
    metric_name
        The name of the run's own metric, where monitoring drops names that it does not know.
    accelerator_metrics
        An endpoint with metrics of accelerators: NAMESPACE/LABEL=VALUE:PORT/PATH. Repeatable.
    load_image
        An image whose entrypoint loads the accelerator that it is given.
    monitoring
        Where monitoring answers queries: a URL or NAMESPACE/SERVICE:PORT/PATH.
    operator
        An operator to look at. Default: every one that is found. Repeatable.
    disruptive
        An operator that may be stopped for up to three minutes and started again. Repeatable.
    skip
        A requirement to leave out, with the reason: ID=REASON. Repeatable.
    product
        A YAML file that says what is under test (name, version, configuration) for the manifest.
    """
    from plimsoll.cli.check_options import Wishes, options_from, selection
    from plimsoll.cli.check_run import run_on_cluster, run_on_embedded
    from plimsoll.cli.planning import print_plan, print_rbac

    wishes = Wishes(
        embedded=embedded,
        name=name,
        keep=keep,
        kubeconfig=kubeconfig,
        context=context,
        out=out,
        requirements=requirements,
        skip=skip,
        product=product,
        label=label,
        annotation=annotation,
        node_selector=node_selector,
    )
    options = options_from(
        wishes,
        embedded=embedded,
        standard=standard,
        strict=strict,
        profile=profile or ("embedded" if embedded else "onprem"),
        timeout_factor=timeout_factor,
        max_accelerators=max_accelerators,
        reserve=reserve,
        gang_nodes=gang_nodes,
        allow_scale=allow_scale,
        allow_bypass_probes=allow_bypass_probes,
        probe_namespace=probe_namespace,
        device_class=device_class,
        resource=resource,
        runtime_class=runtime_class,
        queue=queue,
        namespace=namespace,
        image_registry=image_registry,
        image_pull_secret=image_pull_secret,
        tolerations=toleration,
        thorough=thorough,
        gateway_class=gateway_class,
        allow_public=allow_public,
        max_new_nodes=max_new_nodes,
        no_autoscaler=no_autoscaler,
        metric_name=metric_name,
        accelerator_metrics=accelerator_metrics,
        load_image=load_image,
        monitoring=monitoring,
        operators=operator,
        disruptive=disruptive,
    )
    if plan or rbac:
        chosen = selection(wishes, options.standard)
        return print_plan(chosen, options) if plan else print_rbac(chosen, options)
    run = run_on_embedded if embedded else run_on_cluster
    return run(wishes, options)
