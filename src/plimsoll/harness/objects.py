"""The only place where a run changes the cluster: marked, journalled, recorded.

The journal has an object before the cluster has it. A refusal is a fact and an error; what the run
did not create it neither patches nor deletes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from plimsoll.errors import PlimsollError
from plimsoll.harness.admission import changes
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import RefusedError
from plimsoll.harness.journal import Journal
from plimsoll.harness.marks import Marks, is_marked
from plimsoll.harness.recorder import Recorder
from plimsoll.harness.slim import slim
from plimsoll.record.facts import ActionTaken, Observation, Refused
from plimsoll.standard.images import BUSYBOX

Json = dict[str, Any]


class Owned(Struct, kw_only=True):
    """What the run owns on the cluster, shared by all its checks."""

    run: str
    namespaces: set[str] = field(default_factory=set)
    """Namespaces that the run made for itself: everything in them is its own."""
    uids: set[str] = field(default_factory=set)
    priority_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    priority_ready: bool = False

    def has(self, obj: Json) -> bool:
        """Tell whether `obj` is the run's."""
        return is_marked(obj, self.run, self.namespaces, self.uids)

    @property
    def priority_class(self) -> str:
        """The name of the run's PriorityClass, below everybody's."""
        return f"plimsoll-{self.run}-last"


_PRIORITY_TRIES = 50
_PRIORITY_PAUSE = 0.2
"""Seconds between two looks at whether admission knows a new PriorityClass: 10 s in all."""


class Objects:
    """Creates, changes and deletes the objects of one check."""

    def __init__(
        self,
        cluster: Cluster,
        journal: Journal,
        record: Recorder,
        marks: Marks,
        owned: Owned,
        *,
        namespace: str,
        deadline: int,
    ) -> None:
        self.marks = marks
        self.owned = owned
        self._cluster = cluster
        self._journal = journal
        self._record = record
        self._namespace = namespace
        self._deadline = deadline

    async def create(self, manifest: Json, *, purpose: str) -> Json:
        """Create an object and return it as stored. Raises RefusedError."""
        sent = await self._prepared(manifest)
        if self.owned.priority_class in str(sent.get("spec")):
            sent = await self._with_priority(sent)
        self._journal.write("create", self.marks.requirement, sent)
        try:
            stored = await self._cluster._create(sent)
        except RefusedError as error:
            if error.reason != "AlreadyExists":
                self._journal.write("refused", self.marks.requirement, sent)
            self._refused("create", sent, error, purpose)
            raise
        stored = {"apiVersion": sent["apiVersion"], "kind": sent["kind"]} | stored
        self._journal.write("created", self.marks.requirement, stored)
        self.owned.uids.add(stored["metadata"]["uid"])
        self._acted("create", stored, purpose, slim(stored))
        if sent["kind"] == "Pod" and (differences := changes(sent, stored)):
            self._record.add(
                Observation,
                subject="admission-changed",
                data={"pod": sent["metadata"]["name"], "changes": differences},
            )
        return stored

    async def try_create(
        self, manifest: Json, *, purpose: str, dry_run: bool = False
    ) -> Json | Refused:
        """Create an object, or return the fact of its refusal; `dry_run` stores nothing."""
        try:
            if not dry_run:
                return await self.create(manifest, purpose=purpose)
            prepared = await self._prepared(manifest)
            return await self._cluster._create(prepared, dry_run=True)
        except RefusedError as error:
            return error.fact or self._refused("create (dry run)", manifest, error, purpose)

    async def delete(self, obj: Json, *, purpose: str = "", grace: int | None = 1) -> None:
        """Delete an object of the run; one that has gone is no error."""
        self._must_own(obj, "deleted")
        graceful = grace if obj["kind"] == "Pod" else None
        if await self._cluster._delete(obj, grace=graceful):
            self._acted("delete", obj, purpose, {})

    async def patch(
        self, obj: Json, patch: Json, *, purpose: str, subresource: str | None = None
    ) -> Json:
        """Merge `patch` into an object of the run and return it. Raises RefusedError."""
        self._must_own(obj, "patched")
        try:
            stored = await self._cluster._patch(obj, patch, subresource=subresource or "")
        except RefusedError as error:
            self._refused("patch", obj, error, purpose)
            raise
        self._acted("patch", obj, purpose, patch)
        return stored

    def marked(self, manifest: Json) -> Json:
        """Return a copy of a manifest with the marks and time limit of the check."""
        return self.marks.marked(manifest, deadline=self._deadline)

    async def _prepared(self, manifest: Json) -> Json:
        resource = await self._cluster.of_manifest(manifest)
        marked = self.marked(manifest)
        if resource.namespaced:
            marked["metadata"].setdefault("namespace", self._namespace)
        return marked

    async def _with_priority(self, sent: Json) -> Json:
        """Make sure of the run's PriorityClass; with --allow-scale go without it if refused."""
        async with self.owned.priority_lock:
            if self.owned.priority_ready:
                return sent
            try:
                await self._of_the_run().create(
                    {
                        "apiVersion": "scheduling.k8s.io/v1",
                        "kind": "PriorityClass",
                        "metadata": {"name": self.owned.priority_class},
                        "value": -1000,
                        "preemptionPolicy": "Never",
                        "globalDefault": False,
                        "description": "Pods of a Plimsoll run that give way to everybody.",
                    },
                    purpose="pods that may stay pending give way to everybody",
                )
            except RefusedError as error:
                if self.marks.options.may_scale():
                    return _without_priority(sent, self.owned.priority_class)
                error.next_step = (
                    "allow PriorityClasses to be created (`plimsoll check --rbac`), or accept that "
                    "pending pods may add nodes with --allow-scale"
                )
                raise
            await self._until_priority_is_known()
            self.owned.priority_ready = True
        return sent

    def _of_the_run(self) -> Objects:
        """Return the same for objects that outlive this check: they go when the run ends."""
        return Objects(
            self._cluster,
            self._journal,
            self._record.for_requirement(""),
            replace(self.marks, requirement=""),
            self.owned,
            namespace=self._namespace,
            deadline=self._deadline,
        )

    async def _until_priority_is_known(self) -> None:
        """Wait until admission knows the new PriorityClass; its caches follow a moment later."""
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": self.owned.priority_class},
            "spec": {
                "priorityClassName": self.owned.priority_class,
                "containers": [{"name": "none", "image": BUSYBOX}],
            },
        }
        prepared = await self._prepared(pod)
        for _ in range(_PRIORITY_TRIES):
            try:
                await self._cluster._create(prepared, dry_run=True)
            except RefusedError as error:
                if "PriorityClass" in error.message:
                    await asyncio.sleep(_PRIORITY_PAUSE)
                    continue
            return

    def _must_own(self, obj: Json, verb: str) -> None:
        if not self.owned.has(obj):
            raise PlimsollError(
                f"{obj['kind']} {obj['metadata']['name']} is not this run's and is not {verb}",
                next_step="this is a fault in Plimsoll; please report it",
            )

    def _acted(self, action: str, obj: Json, purpose: str, body: Json) -> None:
        metadata = obj["metadata"]
        self._record.add(
            ActionTaken,
            action=action,
            kind=obj["kind"],
            name=metadata["name"],
            namespace=metadata.get("namespace") or "",
            uid=metadata.get("uid") or "",
            purpose=purpose,
            object=body,
        )

    def _refused(self, verb: str, obj: Json, error: RefusedError, purpose: str) -> Refused:
        error.fact = self._record.add(
            Refused,
            verb=verb,
            kind=obj["kind"],
            name=obj["metadata"]["name"],
            code=error.code,
            reason=error.reason,
            message=error.message,
            purpose=purpose,
        )
        return error.fact


def _without_priority(sent: Json, name: str) -> Json:
    """Return a copy of a manifest whose pods do not name the PriorityClass `name`."""
    kept: Json = {}
    for key, value in sent.items():
        if key == "priorityClassName" and value == name:
            continue
        kept[key] = _without_priority(value, name) if isinstance(value, dict) else value
    return kept
