"""KServe: inference services, here as plain Deployments without a mesh."""

from __future__ import annotations

from plimsoll.adapters.operators.operator import Ask, Child, Json, Operator, Ready, changed

_MODE = "serving.kserve.io/deploymentMode"
_SERVE = ["python3", "-m", "http.server", "8080", "--directory", "/var/empty"]


class KServe(Operator):
    """KServe, by its webhook: there cannot be fewer replicas at most than at least."""

    name = "kserve"
    title = "KServe"
    group = "serving.kserve.io"
    kind = "InferenceService"
    plural = "inferenceservices"
    versions = ("v1beta1",)
    controllers = ("control-plane=kserve-controller-manager",)
    children = (
        Child(resource="deployments.apps", kind="Deployment"),
        Child(resource="services", kind="Service"),
    )
    ready = Ready(condition="PredictorReady")
    wrong_field = ("spec", "predictor", "minReplicas")
    why_wrong = "least number of replicas is above the most"

    def sound(self, ask: Ask, name: str) -> Json:
        """Return a predictor that serves an empty folder."""
        pod = ask.template(restart="Always", limit=False)["spec"]
        container = pod["containers"][0] | {
            "name": "kserve-container",
            "command": _SERVE,
            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
            "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 2},
        }
        predictor = {
            "minReplicas": 1,
            "maxReplicas": 1,
            "containers": [container],
            "tolerations": pod["tolerations"],
            "automountServiceAccountToken": False,
        }
        predictor |= {key: pod[key] for key in ("affinity", "nodeSelector") if key in pod}
        made = self._object(ask, name, {"predictor": predictor})
        made["metadata"]["annotations"] = {_MODE: "RawDeployment"}
        return made

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a predictor of at least three replicas and at most one."""
        return changed(self.sound(ask, name), self.wrong_field, 3)


OPERATOR = KServe()
