"""Kueue: queues for Jobs. What it reconciles is a Job that names a queue; its child a Workload."""

from __future__ import annotations

from plimsoll.adapters.operators.operator import Ask, Child, Json, Operator, Ready


class Kueue(Operator):
    """Kueue, by its webhook: a queue must not count the same resource in two groups."""

    name = "kueue"
    title = "Kueue"
    group = "kueue.x-k8s.io"
    kind = "ClusterQueue"
    plural = "clusterqueues"
    more_kinds = ("ResourceFlavor", "LocalQueue", "Workload")
    controllers = ("app.kubernetes.io/name=kueue,control-plane=controller-manager",)
    main_resource = "jobs.batch"
    children = (Child(resource="workloads.kueue.x-k8s.io", kind="Workload"),)
    ready = Ready(condition="QuotaReserved", value="False", on_child=True)
    wrong_field = ("spec", "resourceGroups", "1", "coveredResources")
    why_wrong = "two groups count the same resource"

    def before(self, ask: Ask) -> list[Json]:
        """Return a queue without any quota: nothing that is sent to it ever runs."""
        queue = self._queue(ask, ask.stem, "memory")
        local = self._object(ask, ask.stem, {"clusterQueue": ask.stem}, kind="LocalQueue")
        return [*(self._flavor(ask, suffix) for suffix in ("a", "b")), queue, local]

    def sound(self, ask: Ask, name: str) -> Json:
        """Return a Job that waits in the queue for ever, without pods."""
        spec: Json = {
            "suspend": True,
            "parallelism": 1,
            "completions": 1,
            "template": ask.template(restart="Never"),
        }
        labels = {"kueue.x-k8s.io/queue-name": ask.stem}
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "namespace": ask.namespace, "labels": labels},
            "spec": spec,
        }

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a queue with two groups for CPU."""
        return self._queue(ask, name, "cpu")

    def corrected(self, ask: Ask, name: str) -> Json:
        """Return a queue with a group for CPU and one for memory."""
        return self._queue(ask, name, "memory")

    def _queue(self, ask: Ask, name: str, second: str) -> Json:
        groups = [
            {
                "coveredResources": [resource],
                "flavors": [
                    {
                        "name": f"{ask.stem}-{suffix}",
                        "resources": [{"name": resource, "nominalQuota": "0"}],
                    }
                ],
            }
            for suffix, resource in (("a", "cpu"), ("b", second))
        ]
        selector = {"matchLabels": {"kubernetes.io/metadata.name": ask.namespace}}
        preemption = {"withinClusterQueue": "Never", "reclaimWithinCohort": "Never"}
        spec = {"namespaceSelector": selector, "preemption": preemption, "resourceGroups": groups}
        return self._cluster_wide(ask, name, spec, "ClusterQueue")

    def _flavor(self, ask: Ask, suffix: str) -> Json:
        labels = {"nodeLabels": {"kubernetes.io/os": "linux"}}
        return self._cluster_wide(ask, f"{ask.stem}-{suffix}", labels, "ResourceFlavor")

    def _cluster_wide(self, ask: Ask, name: str, spec: Json, kind: str) -> Json:
        made = self._object(ask, name, spec, kind=kind)
        return made | {"metadata": {"name": name}}


OPERATOR = Kueue()
