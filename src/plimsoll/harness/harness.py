"""What a check works with: one object that creates, watches, probes, waits and records.

Everything done through it is journalled, marked, recorded and removed afterwards. A check never
holds anything else of the run, so what it can do is what is written here.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from plimsoll.harness import pods
from plimsoll.harness import slim as slimming
from plimsoll.harness.budgets import Budget
from plimsoll.harness.errors import BlockedError, RefusedError, Timeout
from plimsoll.harness.execution import Execution
from plimsoll.harness.objects import Objects
from plimsoll.harness.pod_waits import PodWait
from plimsoll.harness.session import Session, is_usable
from plimsoll.harness.watch import Watch
from plimsoll.record.facts import (
    Blocked,
    DeadlineSet,
    Discovered,
    ExecResult,
    Interference,
    ProbeResult,
    Refused,
    StageEnded,
)
from plimsoll.standard.images import PYTHON

Json = dict[str, Any]

_OWN = "\0own namespace"


class Harness:
    """The hands of one check. See the methods; all objects are plain JSON."""

    def __init__(self, session: Session, requirement: str, namespace: str, minutes: float) -> None:
        self.requirement = requirement
        self.namespace = namespace
        self.run_id = session.run_id
        self.options = session.options
        self.profile = session.profile
        self.cluster = session.cluster
        self.record = session.record.for_requirement(requirement)
        self._session = session
        self._objects = Objects(
            session.cluster,
            session.journal,
            self.record,
            session.marks(requirement),
            session.owned,
            namespace=namespace,
            deadline=int(minutes * 60 * 3),
        )
        self._execution = Execution(session.cluster, self.record, requirement)
        self._watches: list[Watch] = []
        self._watch_names = itertools.count(1)
        self._deadlines: set[tuple[str, float]] = set()
        self._undecidable: set[str] = set()

    # ---- progress

    @asynccontextmanager
    async def stage(self, name: str, usual: float = 0) -> AsyncIterator[None]:
        """Show and time a stage; how it ended is a fact. `usual` is in seconds."""
        self._session.progress.stage_started(self.requirement, name, usual)
        started = time.monotonic()
        outcome, waiting_on, outside = "interrupted", "", False
        try:
            yield
            outcome = "reached"
        except Timeout as error:
            outcome, waiting_on, outside = "timeout", error.waiting_on, error.outside
            raise
        except (BlockedError, RefusedError) as error:
            outcome, waiting_on = "blocked", error.what
            raise
        finally:
            took = time.monotonic() - started
            self.record.add(
                StageEnded,
                stage=name,
                outcome=outcome,
                seconds=round(took, 3),
                waiting_on=waiting_on,
                outside=outside,
            )
            self._session.progress.stage_ended(self.requirement, name, outcome, took)

    @asynccontextmanager
    async def attempt(self, *claims: str, stage: str = "") -> AsyncIterator[None]:
        """Try what `claims` rest on, and go on with the others when it cannot be done.

        A refusal or block makes the claims undecided (a Blocked fact). A timeout is left to the
        judge: its StageEnded fact stands already.
        """
        try:
            yield
        except Timeout as error:
            self._session.progress.note(error.what, requirement=self.requirement)
        except (BlockedError, RefusedError) as error:
            self.blocked(error.what, next_step=error.next_step, claims=claims, stage=stage)

    def claim_progress(self, held: int, total: int) -> None:
        """Show how many claims have held until now."""
        self._session.progress.claims(self.requirement, held, total)

    # ---- objects

    async def create(self, manifest: Json, *, purpose: str) -> Json:
        """Create an object; see Objects.create. Raises RefusedError, BlockedError, ClusterError."""
        return await self._objects.create(manifest, purpose=purpose)

    async def try_create(
        self, manifest: Json, *, purpose: str, dry_run: bool = False
    ) -> Json | Refused:
        """Create an object, or return the fact of its refusal."""
        return await self._objects.try_create(manifest, purpose=purpose, dry_run=dry_run)

    def prepared(self, manifest: Json) -> Json:
        """Return a manifest as it would be sent: marked and with its time limit."""
        return self._objects.marked(manifest)

    async def delete(self, obj: Json, *, purpose: str = "", grace: int | None = 1) -> None:
        """Delete an object of this run; `grace` (seconds) counts for pods."""
        await self._objects.delete(obj, purpose=purpose, grace=grace)

    async def patch(
        self, obj: Json, patch: Json, *, purpose: str, subresource: str | None = None
    ) -> Json:
        """Merge-patch an object of this run and return it. Raises RefusedError."""
        return await self._objects.patch(obj, patch, purpose=purpose, subresource=subresource)

    def name(self, stem: str) -> str:
        """Return a name for an object that carries the run's id."""
        return f"{stem}-{self.run_id}"

    def labels(self, **extra: str) -> dict[str, str]:
        """Return the run's labels; `extra` are labels under plimsoll.dev/, such as role."""
        own = {f"plimsoll.dev/{key}": value for key, value in extra.items()}
        return self._objects.marks.labels() | own

    def owns(self, obj: Json) -> bool:
        """Tell whether an object is this run's."""
        return self._session.owned.has(obj)

    @property
    def nodes(self) -> list[Json]:
        """The usable nodes (Linux, Ready, schedulable) that existed when the run started."""
        return [node for node in self._session.nodes if is_usable(node)]

    # ---- watching

    @asynccontextmanager
    async def watch(
        self,
        kind: str,
        *,
        namespace: str | None = _OWN,
        labels: str = "",
        slim: Callable[[Json], Json] | None = None,
    ) -> AsyncIterator[Watch]:
        """Watch a kind, in the own namespace, another one, or (None) everywhere.

        The list has been read when the block begins, so nothing created in it is missed.
        """
        resource = await self.cluster.resource(kind)
        place = self.namespace if namespace == _OWN else namespace
        place = place if resource.namespaced else None
        watch = Watch(
            self.cluster,
            self.record,
            resource,
            name=f"{resource.plural}/{place or '*'}/{self.requirement}-{next(self._watch_names)}",
            namespace=place,
            labels=labels,
            ours=self.owns,
            slim=slim or slimming.slim,
        )
        await watch.start()
        follower = asyncio.create_task(watch.follow())
        self._watches.append(watch)
        try:
            yield watch
            await watch.catch_up()
        finally:
            self._watches.remove(watch)
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower
            watch.end()

    async def settle(self, seconds: float, *, purpose: str) -> None:
        """Hold a window open for `seconds`, then wait until every watch has seen all of it."""
        self._session.progress.stage_started(self.requirement, purpose, seconds)
        started = time.monotonic()
        await asyncio.sleep(seconds)
        await self.caught_up()
        took = time.monotonic() - started
        self.record.add(
            StageEnded, stage=f"window: {purpose}", outcome="reached", seconds=round(took, 3)
        )
        self._session.progress.stage_ended(self.requirement, purpose, "reached", took)

    async def caught_up(self) -> None:
        """Wait until all watches of this check have seen what happened before this call."""
        await asyncio.gather(*(watch.catch_up() for watch in self._watches))

    # ---- pods

    def pod(
        self,
        stem: str,
        *,
        image: str = PYTHON,
        command: Sequence[str],
        deadline: float,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        node: str | None = None,
        nodes: Sequence[str] = (),
        claims: Sequence[Json] = (),
        resources: Json | None = None,
        env: Mapping[str, str] | None = None,
        runtime_class: str | None = None,
        priority_class: bool = False,
        security: pods.Security = "restricted",
        containers: Sequence[Json] = (),
        volumes: Sequence[Json] = (),
        mounts: Sequence[Json] = (),
        may_pend: bool = False,
        new_nodes: bool = False,
        role: str = "",
    ) -> Json:
        """Return the manifest of a pod; nothing is created.

        `deadline` (seconds) ends it whatever happens. `node`, `nodes` are node names; without them
        it is bound to the nodes that existed at the start, unless it is for `new_nodes`.
        `may_pend`: it may stay pending, so it gives way to everybody.
        """
        wanted = (node,) if node else tuple(nodes)
        own_labels = self.labels(**({"role": role} if role else {}))
        return pods.build(
            pods.PodRequest(
                name=self.name(stem),
                namespace=self.namespace,
                image=image,
                command=tuple(command),
                deadline=deadline,
                labels=own_labels | dict(labels or {}),
                annotations=dict(annotations or {}),
                nodes=() if new_nodes else self._session.hostnames(wanted),
                claims=tuple(claims),
                resources=resources or {},
                env=dict(env or {}),
                runtime_class=runtime_class or "",
                priority_class=(
                    self._session.owned.priority_class if may_pend or priority_class else ""
                ),
                security=security,
                containers=tuple(containers),
                volumes=tuple(volumes),
                mounts=tuple(mounts),
            ),
            self.options,
        )

    def template(self, pod: Json) -> Json:
        """Return the pod template, for a controller that keeps such pods, of a pod's manifest."""
        return pods.template(pod)

    async def running(self, watch: Watch, pod: Json, *, expect_ready: bool = True) -> Json:
        """Return the pod once it runs; scheduling, image pull and start have their own limits.

        Raises Timeout, which names the stage, also as soon as the pod has ended instead.
        """
        return await PodWait(self.cluster, watch, pod, self.budget).running(ready=expect_ready)

    async def exec(
        self,
        pod: Json,
        command: Sequence[str],
        *,
        purpose: str,
        container: str | None = None,
        seconds: float = 30,
        stdin: str | None = None,
    ) -> ExecResult:
        """Run a command in a container and return its fact; exit is None when time ran out."""
        return await self._execution.run(
            pod, command, purpose=purpose, container=container, seconds=seconds, stdin=stdin
        )

    async def probe(
        self,
        pod: Json,
        program: str,
        *,
        role: str,
        arguments: Json | None = None,
        container: str | None = None,
        seconds: float = 60,
    ) -> ProbeResult:
        """Run the check's `probes/<program>.py` in a container; it prints one JSON object.

        The arguments are JSON in `sys.argv[1]`. Raises BlockedError when it gives no result.
        """
        return await self._execution.probe(
            pod,
            program,
            role=role,
            arguments=arguments or {},
            container=container,
            seconds=seconds,
        )

    # ---- deadlines, blocks, discovery

    def budget(
        self,
        stage: str,
        *,
        source: str | None = None,
        seconds: float | None = None,
        passing_means: str = "",
    ) -> Budget:
        """Return the time limit of a stage, from the profile unless `seconds`."""
        limit = self.profile.seconds(stage) if seconds is None else seconds
        said = source or ("profile" if seconds is None else "check")
        if (stage, limit) not in self._deadlines:
            self._deadlines.add((stage, limit))
            self.record.add(
                DeadlineSet, stage=stage, seconds=limit, source=said, passing_means=passing_means
            )
        return Budget(stage=stage, seconds=limit, source=said)

    def blocked(
        self, reason: str, *, next_step: str, claims: Sequence[str] = (), stage: str = ""
    ) -> None:
        """Write that `claims` (all when empty) cannot be decided, and why."""
        self.record.add(
            Blocked, stage=stage, reason=reason, next_step=next_step, claims=list(claims)
        )
        self._undecidable.update(claims)
        self._session.progress.note(f"blocked: {reason}", requirement=self.requirement)

    def undecidable(self, *claims: str) -> bool:
        """Tell whether all of `claims` are blocked by name, so that trying them tells nothing."""
        return self._undecidable.issuperset(claims)

    def discovered(self, subject: str, found: Json) -> None:
        """Write what discovery found of `subject`."""
        self.record.add(Discovered, subject=subject, found=found)

    async def interference(self, what: str, round: str = "") -> None:  # noqa: A002
        """Write that foreign activity touched what a claim rests on, in `round`."""
        self.record.add(Interference, what=what, round=round)
        self._session.progress.note(f"interference: {what}", requirement=self.requirement)
