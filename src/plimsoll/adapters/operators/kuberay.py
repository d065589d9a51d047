"""KubeRay: clusters of Ray. Our head idles in our own image: no Ray is needed to see it made."""

from __future__ import annotations

from plimsoll.adapters.operators.operator import Ask, Child, Json, Operator, Ready, changed

_OWN_COMMAND = "ray.io/overwrite-container-cmd"
_ALWAYS_WELL = {"exec": {"command": ["true"]}, "periodSeconds": 5}


class KubeRay(Operator):
    """KubeRay, by its webhook (off in many installations): worker groups have names of their own.

    The head's own command and probes keep KubeRay from putting Ray's in their place.
    """

    name = "kuberay"
    title = "KubeRay"
    group = "ray.io"
    kind = "RayCluster"
    plural = "rayclusters"
    versions = ("v1",)
    controllers = (
        "app.kubernetes.io/name=kuberay-operator",
        "app.kubernetes.io/component=kuberay-operator",
    )
    children = (
        Child(resource="pods", kind="Pod"),
        Child(resource="services", kind="Service", repaired=False),
    )
    ready = Ready(path=("state",), value="ready")
    wrong_field = ("spec", "workerGroupSpecs", "1", "groupName")
    why_wrong = "two worker groups have the same name"

    def sound(self, ask: Ask, name: str) -> Json:
        """Return a cluster with a head, and two groups of no workers."""
        template = ask.template(restart="Always", limit=False)
        head = template["spec"]["containers"][0]
        head |= {"livenessProbe": _ALWAYS_WELL, "readinessProbe": _ALWAYS_WELL}
        groups = [
            {
                "groupName": group,
                "replicas": 0,
                "minReplicas": 0,
                "maxReplicas": 1,
                "rayStartParams": {},
                "template": template,
            }
            for group in ("first", "second")
        ]
        spec = {
            "headGroupSpec": {"rayStartParams": {}, "template": template},
            "workerGroupSpecs": groups,
        }
        made = self._object(ask, name, spec)
        made["metadata"]["annotations"] = {_OWN_COMMAND: "true"}
        return made

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a cluster whose worker groups share a name."""
        return changed(self.sound(ask, name), self.wrong_field, "first")


OPERATOR = KubeRay()
