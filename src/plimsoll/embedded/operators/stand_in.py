"""A controller that stands in for an operator's own, in faults: it runs as a program in a pod.

`status-only` writes the status of a working object and makes nothing; `no-repair` makes an object's
children once, keeps their numbers up to date, and never makes again what was deleted. Standard
library only: the program is mounted into a plain Python image.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

Json = dict[str, Any]

STATUS_ONLY = "status-only"
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
API = "https://kubernetes.default.svc"
PAUSE = 0.5
MERGE = "application/merge-patch+json"
CREATED = "plimsoll.dev/children-created"


def call(method: str, path: str, body: Json | None = None) -> Json:
    """Ask the API server; an absent object is an empty answer."""
    request = urllib.request.Request(  # noqa: S310  (always the API server)
        API + path,
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={
            "Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}",
            "Content-Type": MERGE if method == "PATCH" else "application/json",
        },
    )
    trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    try:
        with urllib.request.urlopen(request, context=trust, timeout=10) as answer:  # noqa: S310
            found: Json = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        if error.code in {404, 409}:
            return {}
        raise


def owned(obj: Json, name: str) -> Json:
    """Return the metadata of a child."""
    metadata = obj["metadata"]
    owner = {key: obj[key] for key in ("apiVersion", "kind")}
    owner |= {"name": metadata["name"], "uid": metadata["uid"], "controller": True}
    return {"name": name, "namespace": metadata["namespace"], "ownerReferences": [owner]}


def stateful_sets(obj: Json) -> list[Json]:
    """Return the child of a LeaderWorkerSet: one pod per group."""
    spec, name = obj["spec"], obj["metadata"]["name"]
    template = spec["leaderWorkerTemplate"]["workerTemplate"]
    labels = {"stand-in": name}
    pod = {"metadata": {"labels": labels}, "spec": template["spec"]}
    body = {
        "replicas": spec.get("replicas", 1),
        "serviceName": name,
        "selector": {"matchLabels": labels},
        "template": pod,
    }
    child = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": owned(obj, name)}
    return [child | {"spec": body}]


def jobs(obj: Json) -> list[Json]:
    """Return the children of a JobSet."""
    suspend = bool(obj["spec"].get("suspend"))
    made = []
    for group in obj["spec"]["replicatedJobs"]:
        for number in range(group.get("replicas", 1)):
            name = f"{obj['metadata']['name']}-{group['name']}-{number}"
            spec = group["template"]["spec"] | {"suspend": suspend}
            job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": owned(obj, name)}
            made.append(job | {"spec": spec})
    return made


def leader_worker_status(obj: Json, children: list[Json] | None) -> Json:
    """Return the status of a LeaderWorkerSet; without `children` that of one that works."""
    wanted = obj["spec"].get("replicas", 1)
    ready = wanted if children is None else sum(_ready(child) for child in children)
    available = {
        "type": "Available",
        "status": "True" if ready >= wanted else "False",
        "reason": "AllGroupsReady" if ready >= wanted else "GroupsProgressing",
        "message": "",
        "lastTransitionTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    counts = {"replicas": wanted, "readyReplicas": ready, "updatedReplicas": ready}
    generation = {"observedGeneration": obj["metadata"]["generation"]}
    return {"conditions": [available], **counts, **generation}


def job_set_status(obj: Json, children: list[Json] | None) -> Json:
    """Return the status of a JobSet; without `children` that of one that works."""
    groups = []
    for group in obj["spec"]["replicatedJobs"]:
        wanted = group.get("replicas", 1)
        suspended = wanted if obj["spec"].get("suspend") else 0
        ready = wanted - suspended
        if children is not None:
            ready = sum(_ready(child) for child in children)
        groups.append(
            {
                "name": group["name"],
                "ready": ready,
                "active": ready,
                "succeeded": 0,
                "failed": 0,
                "suspended": suspended,
            }
        )
    return {"replicatedJobsStatus": groups, "restarts": 0}


def _ready(child: Json) -> int:
    status = child.get("status") or {}
    return int(status.get("readyReplicas") or status.get("ready") or 0)


KINDS = {
    "leaderworkersets": (stateful_sets, leader_worker_status, "/apis/apps/v1", "statefulsets"),
    "jobsets": (jobs, job_set_status, "/apis/batch/v1", "jobs"),
}


def reconcile(collection: str, plural: str, mode: str, obj: Json) -> None:
    """Do for one object what the mode says."""
    make, status_of, api, children_plural = KINDS[plural]
    metadata = obj["metadata"]
    path = f"{collection}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"
    children: list[Json] | None = None
    if mode != STATUS_ONLY:
        place = f"{api}/namespaces/{metadata['namespace']}/{children_plural}"
        children = []
        for child in make(obj):
            if CREATED not in (metadata.get("annotations") or {}):
                call("POST", place, child)
            children.append(_updated(place, child))
        if CREATED not in (metadata.get("annotations") or {}):
            call("PATCH", path, {"metadata": {"annotations": {CREATED: "yes"}}})
    status = status_of(obj, children)
    if not _same(status, obj.get("status") or {}):
        call("PATCH", f"{path}/status", {"status": status})


def _updated(place: str, child: Json) -> Json:
    """Return a child as it is, after giving it the numbers that it should have."""
    path = f"{place}/{child['metadata']['name']}"
    found = call("GET", path)
    for key in ("replicas", "suspend"):
        wanted = child["spec"].get(key)
        if found and wanted is not None and found["spec"].get(key) != wanted:
            found = call("PATCH", path, {"spec": {key: wanted}})
    return found


def _same(wanted: Json, found: Json) -> bool:
    """Compare two statuses; when a condition changed says nothing."""

    def bare(status: Json) -> Json:
        conditions = [
            {key: value for key, value in each.items() if key != "lastTransitionTime"}
            for each in status.get("conditions") or []
        ]
        return status | {"conditions": conditions}

    return bare(wanted) == bare({key: found.get(key) for key in wanted})


def main() -> None:
    """Look at all objects of the kind again and again."""
    group, plural, mode = sys.argv[1:]
    served = call("GET", f"/apis/{group}")["preferredVersion"]["version"]
    collection = f"/apis/{group}/{served}"
    while True:
        try:
            for obj in call("GET", f"{collection}/{plural}").get("items") or []:
                identity = {"apiVersion": f"{group}/{served}", "kind": _kind(plural)}
                if "deletionTimestamp" not in obj["metadata"]:
                    reconcile(collection, plural, mode, identity | obj)
        except (urllib.error.URLError, TimeoutError) as error:
            print(f"tried again: {error}", file=sys.stderr)
        time.sleep(PAUSE)


def _kind(plural: str) -> str:
    return {"leaderworkersets": "LeaderWorkerSet", "jobsets": "JobSet"}[plural]


if __name__ == "__main__":
    main()
