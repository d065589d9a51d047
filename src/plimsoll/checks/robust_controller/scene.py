"""One operator on the stage: its objects, the watches that see them, and what is written down.

Everything carries the operator's name, so that facts of several operators can be told apart.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from msgspec import structs

from plimsoll.adapters.operators import api_versions
from plimsoll.adapters.operators.discovery import Installed
from plimsoll.adapters.operators.operator import Ask, Operator
from plimsoll.checks.robust_controller.sightings import shows
from plimsoll.harness import BlockedError, Budget, Harness, RefusedError, Timeout, Watch
from plimsoll.harness.errors import ClusterError
from plimsoll.harness.slim import slim
from plimsoll.record.facts import Observation, Refused
from plimsoll.standard.images import BUSYBOX

Json = dict[str, Any]

POD_SECONDS = 900
IDLE = ("sh", "-c", "trap exit TERM; sleep 3600 & wait")
LOST = frozenset({0, 401})
"""Codes of answers after which nothing else can be asked."""
FAILED_TO_CALL = 500
"""The code with which the API server answers when it cannot call a webhook that must be asked."""
_KEPT = ("replicas", "suspend", "parallelism")


def brief(obj: Json) -> Json:
    """Return what a fact keeps of an operator's object or child: identity, size and status."""
    kept = slim(obj)
    if obj.get("kind") == "Pod":
        return kept
    spec = obj.get("spec") or {}
    kept["spec"] = {key: spec[key] for key in _KEPT if key in spec}
    return kept


class Scene:
    """The objects of one operator; made by `on_stage`."""

    def __init__(
        self,
        harness: Harness,
        operator: Operator,
        found: Installed,
        ask: Ask,
        watches: dict[str, Watch],
    ) -> None:
        self.harness = harness
        self.operator = operator
        self.found = found
        self.ask = ask
        self.created: list[Json] = []
        """The objects that were made for the operator to reconcile."""
        self.returned = False
        """The operator was stopped and is back."""
        self._watches = watches
        self._expected = [child.kind for child in operator.children]

    # ---- objects

    def name(self, stem: str) -> str:
        """Return a name for an object of this operator."""
        return self.harness.name(f"{self.operator.name}-{stem}")

    @property
    def pod_labels(self) -> dict[str, str]:
        """What the pods of the operator's objects are recognised by."""
        return self.harness.labels(role=self.operator.name)

    async def create(self, manifest: Json, what: str) -> Json:
        """Create an object that the operator is to reconcile."""
        made = await self.harness.create(manifest, purpose=self.purpose(what))
        self.created.append(made)
        return made

    def purpose(self, what: str) -> str:
        """Return the purpose of an action, by which judging finds it."""
        return f"{self.operator.name}: {what}"

    def main(self, uid: str) -> Json | None:
        """Return an object that is reconciled, as it is now."""
        return _by_uid(self._watches[self.operator.reconciled], uid)

    def children(self, uid: str, kind: str = "") -> list[Json]:
        """Return the children of an object, of one kind or of all."""
        wanted = [child for child in self.operator.children if kind in {"", child.kind}]
        return [
            obj
            for child in wanted
            for obj in self._watches[child.resource].objects()
            if any(o.get("uid") == uid for o in obj["metadata"].get("ownerReferences") or [])
        ]

    def complete(self, uid: str) -> bool:
        """Tell whether an object has children of every kind that it should have."""
        kinds = {obj["kind"] for obj in self.children(uid)}
        return kinds.issuperset(self._expected)

    def ready(self, uid: str) -> bool:
        """Tell whether the status says that the work is done."""
        rule = self.operator.ready
        holders = self.children(uid)[:1] if rule.on_child else [self.main(uid)]
        wanted = structs.asdict(rule)
        return any(shows(wanted, holder) for holder in holders if holder)

    async def until(self, resource: str, predicate: Any, stage: str, waiting_on: str) -> Any:
        """Wait for what is true of the objects of one kind. Raises Timeout."""
        watch = self._watches[resource]
        return await watch.until(lambda _: predicate(), self.budget(stage), waiting_on=waiting_on)

    # ---- facts and limits

    def budget(self, stage: str) -> Budget:
        """Return the limit of a stage of this operator."""
        seconds = self.harness.profile.seconds(f"operator-{stage}")
        return self.harness.budget(self.purpose(stage), seconds=seconds, source="profile")

    def note(self, subject: str, **data: Any) -> None:
        """Write an observation about this operator."""
        self.harness.record.add(
            Observation, subject=subject, data={"operator": self.operator.name, **data}
        )

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Try a step; what keeps it from being tried is written down, and the check goes on."""
        try:
            yield
        except Timeout:
            await self._warnings(name)
        except (BlockedError, RefusedError) as error:
            self.note("not-tried", step=name, why=error.what, next_step=error.next_step)
        except ClusterError as error:
            if error.code != FAILED_TO_CALL:
                raise
            self.note("not-tried", step=name, why=error.what, next_step=error.next_step)

    async def dry_run(self, which: str, manifest: Json) -> bool:
        """Ask whether an object would be let in, and write down the answer."""
        answer: Json = {"accepted": True}
        try:
            said = await self.harness.try_create(
                manifest, purpose=self.purpose(which), dry_run=True
            )
            if isinstance(said, Refused):
                answer = {"accepted": False, "code": said.code, "message": said.message}
        except ClusterError as error:
            if error.code != FAILED_TO_CALL:
                raise
            answer = {"accepted": False, "code": error.code, "message": error.message}
        self.note("dry-run", object=which, **answer)
        return bool(answer["accepted"])

    async def _warnings(self, step: str) -> None:
        """Write what the cluster warns of about our objects: the reason may lie outside."""
        try:
            events = await self.harness.cluster.list("events", namespace=self.harness.namespace)
        except ClusterError:
            return
        stem = f"{self.operator.name}-"
        texts = [
            f"{event.get('reason', '')}: {event.get('message', '')}"
            for event in events
            if event.get("type") == "Warning"
            and str((event.get("involvedObject") or {}).get("name", "")).startswith(stem)
        ]
        self.note("warnings", step=step, events=list(dict.fromkeys(texts))[:10])


@asynccontextmanager
async def on_stage(harness: Harness, operator: Operator, found: Installed) -> AsyncIterator[Scene]:
    """Watch the kinds of an operator, and yield the scene."""
    served = await harness.cluster.served()
    pod = harness.pod(
        operator.name,
        image=BUSYBOX,
        command=IDLE,
        deadline=POD_SECONDS,
        role=operator.name,
    )
    ask = Ask(
        versions=api_versions(operator, served),
        namespace=harness.namespace,
        stem=harness.name(operator.name),
        pod=pod,
    )
    resources = dict.fromkeys([operator.reconciled, *_resources(operator)])
    async with AsyncExitStack() as stack:
        watches = {
            resource: await stack.enter_async_context(harness.watch(resource, slim=brief))
            for resource in resources
        }
        scene = Scene(harness, operator, found, ask, watches)
        scene.note("watches", names=[watch.name for watch in watches.values()])
        yield scene


def _resources(operator: Operator) -> Sequence[str]:
    return [child.resource for child in operator.children]


def _by_uid(watch: Watch, uid: str) -> Json | None:
    return next((obj for obj in watch.objects() if obj["metadata"]["uid"] == uid), None)
