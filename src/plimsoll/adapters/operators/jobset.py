"""JobSet: Jobs that are one piece of work, for training."""

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


class JobSets(Operator):
    """JobSet, by its webhook: success cannot depend on a job that is not part of the set."""

    name = "jobset"
    title = "JobSet"
    group = "jobset.x-k8s.io"
    kind = "JobSet"
    plural = "jobsets"
    versions = ("v1alpha2",)
    controllers = ("app.kubernetes.io/name=jobset,control-plane=controller-manager",)
    children = (Child(resource="jobs.batch", kind="Job"),)
    ready = Ready(path=("replicatedJobsStatus", "0", "ready"), value=1)
    wrong_field = ("spec", "successPolicy", "targetReplicatedJobs")
    why_wrong = "success depends on a job that is not part of it"
    change = Change(
        patch={"spec": {"suspend": True}}, kind="Job", path=("spec", "suspend"), value=True
    )

    def sound(self, ask: Ask, name: str) -> Json:
        """Return one Job of one pod."""
        return self._set(ask, name, suspend=False)

    def wrong(self, ask: Ask, name: str) -> Json:
        """Return a set that waits for the success of a job that does not exist."""
        return changed(self.sound(ask, name), self.wrong_field, ["nobody"])

    def small(self, ask: Ask, name: str) -> Json:
        """Return a suspended set: there is a Job, and no pod."""
        return self._set(ask, name, suspend=True)

    def _set(self, ask: Ask, name: str, *, suspend: bool) -> Json:
        job: Json = {
            "parallelism": 1,
            "completions": 1,
            "backoffLimit": 0,
            "template": ask.template(restart="Never"),
        }
        spec = {
            "suspend": suspend,
            "ttlSecondsAfterFinished": 600,
            "successPolicy": {"operator": "All", "targetReplicatedJobs": ["workers"]},
            "replicatedJobs": [{"name": "workers", "replicas": 1, "template": {"spec": job}}],
        }
        return self._object(ask, name, spec)


OPERATOR = JobSets()
