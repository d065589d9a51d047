"""What observing `accelerator_metrics` needs: rights, objects, time."""

from __future__ import annotations

from plimsoll.harness import Demand, Needs, PlannedObject, Rule, Subject

LOAD_CLAIMS = (
    "quiet-before-load",
    "utilisation-moves",
    "memory-moves",
    "values-are-fresh",
    "others-stay-steady",
    "returns-to-idle",
)
"""What cannot be decided without a load."""

NEEDS = Needs(
    minutes=4,
    accelerators=1,
    holds=frozenset({Subject.DEVICES}),
    shares=frozenset({Subject.CAPACITY}),
    pod_security="baseline",
    rules=(
        Rule(
            groups=("",),
            resources=("pods/proxy",),
            verbs=("get",),
            namespaced=False,
            purpose="read the metrics of the exporters on each node",
        ),
        Rule(
            groups=("",),
            resources=("services",),
            verbs=("list",),
            namespaced=False,
            purpose="find exporters that no adapter knows, by what asks to be scraped",
            optional=True,
        ),
        Rule(
            groups=("monitoring.coreos.com",),
            resources=("servicemonitors", "podmonitors"),
            verbs=("list",),
            namespaced=False,
            purpose="find exporters that no adapter knows, by what is scraped",
            optional=True,
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("deviceclasses", "resourceslices", "resourceclaims"),
            verbs=("list",),
            namespaced=False,
            purpose="know which accelerators there are and which are free",
            optional=True,
        ),
        Rule(
            groups=("resource.k8s.io",),
            resources=("resourceclaims",),
            verbs=("get", "create", "delete"),
            purpose="a claim for the accelerator that is loaded",
            optional=True,
        ),
    ),
    plan=(
        PlannedObject(kind="ResourceClaim", count=1, purpose="the accelerator that is loaded"),
        PlannedObject(kind="Pod", count=3, purpose="load on it, one pod after the other"),
    ),
    demands=(
        Demand(
            claims=(
                "standard-format",
                "series-per-accelerator",
                "every-node-has-endpoint",
                "identities-match-inventory",
                "values-in-range",
            ),
            published=1,
            remark="needs an exporter on the nodes",
        ),
        Demand(
            claims=LOAD_CLAIMS,
            accelerators=1,
            remark="needs a load: outside the embedded platform an image by --load-image",
        ),
    ),
)
