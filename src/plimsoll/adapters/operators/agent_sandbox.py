"""Agent Sandbox: one pod with an identity of its own, for agents and the code that they write."""

from __future__ import annotations

from plimsoll.adapters.operators.operator import Ask, Child, Json, Operator, Ready, changed


class AgentSandbox(Operator):
    """Agent Sandbox; as published it has no validating webhook, a platform may add one."""

    name = "agent-sandbox"
    title = "Agent Sandbox"
    group = "agents.x-k8s.io"
    kind = "Sandbox"
    plural = "sandboxes"
    versions = ("v1beta1", "v1alpha1")
    controllers = ("app=agent-sandbox-controller",)
    children = (Child(resource="pods", kind="Pod"),)
    ready = Ready(condition="Ready")
    wrong_field = (*("spec", "podTemplate", "spec"), "containers", "0", "volumeMounts", "0", "name")
    why_wrong = "container mounts a volume that its pod does not have"

    def sound(self, ask: Ask, name: str) -> Json:
        """Return a sandbox whose container idles, with an empty volume."""
        template = ask.template(restart="Always", limit=False)
        spec = template["spec"]
        spec["volumes"] = [{"name": "work", "emptyDir": {}}]
        spec["containers"][0]["volumeMounts"] = [{"name": "work", "mountPath": "/work"}]
        return self._object(ask, name, {"podTemplate": template})

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a sandbox whose container mounts another volume."""
        return changed(self.sound(ask, name), self.wrong_field, "nowhere")


OPERATOR = AgentSandbox()
