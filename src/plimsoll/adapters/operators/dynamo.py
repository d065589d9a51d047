"""NVIDIA Dynamo: graphs of inference services, each made into a component of its own."""

from __future__ import annotations

from plimsoll.adapters.operators.operator import Ask, Child, Json, Operator, Ready, changed


class Dynamo(Operator):
    """NVIDIA Dynamo, by its webhook: a graph has at least one service."""

    name = "dynamo"
    title = "NVIDIA Dynamo"
    group = "nvidia.com"
    kind = "DynamoGraphDeployment"
    plural = "dynamographdeployments"
    versions = ("v1alpha1",)
    controllers = (
        "app.kubernetes.io/name=dynamo-operator",
        "control-plane=controller-manager,app.kubernetes.io/created-by=dynamo-operator",
    )
    children = (
        Child(
            resource="dynamocomponentdeployments.nvidia.com",
            kind="DynamoComponentDeployment",
        ),
    )
    ready = Ready(path=("state",), value="successful")
    wrong_field = ("spec", "services")
    why_wrong = "graph has no service"

    def sound(self, ask: Ask, name: str) -> Json:
        """Return a graph of one service that idles."""
        pod = ask.template(restart="Always", limit=False)["spec"]
        main = pod["containers"][0] | {"name": "main", "readinessProbe": None}
        extra = {key: pod[key] for key in ("affinity", "tolerations") if key in pod}
        service = {
            "componentType": "worker",
            "replicas": 1,
            "extraPodSpec": extra
            | {"mainContainer": {key: value for key, value in main.items() if value is not None}},
        }
        return self._object(ask, name, {"services": {"Idle": service}})

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a graph of nothing."""
        return changed(self.sound(ask, name), self.wrong_field, {})


OPERATOR = Dynamo()
