"""Kubeflow Trainer: a TrainJob becomes a JobSet by the recipe of a runtime."""

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


class Trainer(Operator):
    """Kubeflow Trainer, by its webhook: the runtime that a TrainJob names must exist."""

    name = "trainer"
    title = "Kubeflow Trainer"
    group = "trainer.kubeflow.org"
    kind = "TrainJob"
    plural = "trainjobs"
    versions = ("v1alpha1",)
    more_kinds = ("TrainingRuntime",)
    controllers = (
        "app.kubernetes.io/name=trainer",
        "app.kubernetes.io/name=kubeflow-trainer",
    )
    children = (Child(resource="jobsets.jobset.x-k8s.io", kind="JobSet"),)
    ready = Ready(path=("jobsStatus", "0", "ready"), value=1)
    wrong_field = ("spec", "runtimeRef", "name")
    why_wrong = "runtime does not exist"
    change = Change(
        patch={"spec": {"suspend": True}}, kind="JobSet", path=("spec", "suspend"), value=True
    )

    def before(self, ask: Ask) -> list[Json]:
        """Return a runtime of the run's own: one pod that idles."""
        job: Json = {"parallelism": 1, "completions": 1, "backoffLimit": 0}
        job["template"] = _named(ask.template(restart="Never"))
        step = "trainer.kubeflow.org/trainjob-ancestor-step"
        part: Json = {
            "name": "node",
            "template": {"metadata": {"labels": {step: "trainer"}}, "spec": job},
        }
        spec = {
            "mlPolicy": {"numNodes": 1},
            "template": {"spec": {"replicatedJobs": [part]}},
        }
        return [self._object(ask, ask.stem, spec, kind="TrainingRuntime")]

    def sound(self, ask: Ask, name: str) -> Json:
        """Return a TrainJob by that runtime."""
        return self._job(ask, name, suspend=False)

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a TrainJob by a runtime that nobody made."""
        return changed(self.sound(ask, name), self.wrong_field, f"{ask.stem}-nobody")

    def small(self, ask: Ask, name: str) -> Json:
        """Return a suspended TrainJob: there is a JobSet, and no pod."""
        return self._job(ask, name, suspend=True)

    def _job(self, ask: Ask, name: str, *, suspend: bool) -> Json:
        runtime = {"apiGroup": self.group, "kind": "TrainingRuntime", "name": ask.stem}
        return self._object(ask, name, {"suspend": suspend, "runtimeRef": runtime})


def _named(template: Json) -> Json:
    template["spec"]["containers"][0]["name"] = "node"  # the name that the Trainer looks for
    return template


OPERATOR = Trainer()
