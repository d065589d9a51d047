"""LeaderWorkerSet: groups of a leader and its workers, for inference over several nodes."""

from __future__ import annotations

from plimsoll.adapters.operators.operator import (
    Ask,
    Change,
    Child,
    Json,
    Operator,
    Ready,
    changed,
)


class LeaderWorkerSets(Operator):
    """LeaderWorkerSet, by its webhook: a subgroup must not be larger than its group."""

    name = "lws"
    title = "LeaderWorkerSet"
    group = "leaderworkerset.x-k8s.io"
    kind = "LeaderWorkerSet"
    plural = "leaderworkersets"
    versions = ("v1",)
    controllers = ("app.kubernetes.io/name=lws,control-plane=controller-manager",)
    children = (Child(resource="statefulsets.apps", kind="StatefulSet"),)
    ready = Ready(condition="Available")
    wrong_field = ("spec", "leaderWorkerTemplate", "subGroupPolicy", "subGroupSize")
    why_wrong = "subgroups have 3 pods in groups of 2"
    change = Change(
        patch={"spec": {"replicas": 2}}, kind="StatefulSet", path=("spec", "replicas"), value=2
    )

    def sound(self, ask: Ask, name: str) -> Json:
        """Return one group of a leader and a worker."""
        return self._groups(ask, name, 1)

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return groups of two with subgroups of three."""
        return changed(self.sound(ask, name), self.wrong_field, 3)

    def small(self, ask: Ask, name: str) -> Json:
        """Return no group at all: there is a StatefulSet, and no pod."""
        return self._groups(ask, name, 0)

    def _groups(self, ask: Ask, name: str, replicas: int) -> Json:
        template: Json = {
            "size": 2,
            "subGroupPolicy": {"subGroupSize": 2},
            "workerTemplate": ask.template(restart="Always", limit=False),
        }
        return self._object(ask, name, {"replicas": replicas, "leaderWorkerTemplate": template})


OPERATOR = LeaderWorkerSets()
