"""One run: from the first question to the cluster to the last object removed.

Checks are handed in as functions, so nothing here knows which requirements exist. Whatever ends the
run (success, an error, Ctrl-C), clean-up runs and what remains is written down.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll import __version__
from plimsoll.harness import alive, cleanup, preflight
from plimsoll.harness.budgets import Profile
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError, RefusedError, Timeout
from plimsoll.harness.harness import Harness
from plimsoll.harness.interference import Interference
from plimsoll.harness.journal import Journal, outstanding
from plimsoll.harness.journal import read as read_journal
from plimsoll.harness.leases import in_line, startable
from plimsoll.harness.marks import time_text
from plimsoll.harness.needs import Needs
from plimsoll.harness.objects import Owned
from plimsoll.harness.options import Options
from plimsoll.harness.plan import make_plan
from plimsoll.harness.platform import describe
from plimsoll.harness.preflight import Sample
from plimsoll.harness.progress import Progress
from plimsoll.harness.recorder import FactFile, Recorder
from plimsoll.harness.redaction import Redactor
from plimsoll.harness.session import Session
from plimsoll.record.facts import (
    SCHEMA_VERSION,
    Blocked,
    CleanedUp,
    Discovered,
    Json,
    RunStarted,
    Skipped,
    StageEnded,
)

CLEANUP_SECONDS = 90
_EXPIRY_FACTOR = 5
_EXPIRY_SECONDS = 1800
_INTERRUPTED = "the run was interrupted"
_AGAIN = "run the check again"


async def no_samples(harness: Harness) -> Sequence[Sample]:  # noqa: ARG001
    """Return nothing: the check creates nothing but pods."""
    return ()


class Check(Struct, frozen=True, kw_only=True):
    """One check to run: what it needs, what it will create, and how it observes."""

    needs: Needs
    observe: Callable[[Harness], Awaitable[None]]
    samples: Callable[[Harness], Awaitable[Sequence[Sample]]] = no_samples


class Request(Struct, frozen=True, kw_only=True):
    """What is to be run, and where it is written."""

    run_id: str
    folder: Path
    checks: dict[str, Check]
    """By requirement, in the order of the checklist."""
    skipped: dict[str, str] = {}
    """Requirements that the user leaves out, with the reason."""
    options: Options
    profile: Profile
    standard: str
    cluster_version: str
    accelerators: int | None = None
    """How many the cluster has, where that is known and no option says how many to hold."""


class Run:
    """Runs the checks of a request on a cluster. See `execute`."""

    def __init__(
        self, cluster: Cluster, request: Request, redactor: Redactor, progress: Progress
    ) -> None:
        self._cluster = cluster
        self._request = request
        self._redactor = redactor
        self._progress = progress
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._removed: dict[str, int] = {}
        self._give_way = ""

    async def execute(self) -> None:
        """Run everything and clean up; facts and journal lie in the folder when this returns.

        Raises ClusterError when the cluster is lost, AnotherRunError beside a live run, and
        CancelledError (after clean-up) when the run was interrupted.
        """
        async with self._session() as session:
            session.nodes = await self._cluster.list("nodes")
            for node in session.nodes:
                self._redactor.learn_node(node)
            await self._describe(session)
            try:
                async with self._alive(session):
                    await self._checks(session)
            finally:
                await self._clean_up(session)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        request = self._request
        needs = {name: check.needs for name, check in request.checks.items()}
        plan = make_plan(needs, request.options, request.standard)
        content = msgspec.json.format(msgspec.json.encode(plan, order="deterministic"), indent=2)
        (request.folder / "plan.json").write_bytes(content + b"\n")
        with (
            closing(FactFile(request.folder / "facts.jsonl", self._redactor)) as file,
            closing(Journal(request.folder / "journal.jsonl")) as journal,
        ):
            record = Recorder(file)
            self._begin(record)
            seconds = max(_EXPIRY_SECONDS, plan.minutes * 60 * _EXPIRY_FACTOR)
            yield Session(
                cluster=self._cluster,
                options=request.options,
                profile=request.profile,
                run_id=request.run_id,
                record=record,
                journal=journal,
                owned=Owned(run=request.run_id),
                expires=time_text(time.time() + seconds),
                progress=self._progress,
            )

    def _begin(self, record: Recorder) -> None:
        request = self._request
        record.add(
            RunStarted,
            schema=SCHEMA_VERSION,
            run=request.run_id,
            tool_version=__version__,
            standard=request.standard,
            cluster_version=request.cluster_version,
            strict=request.options.strict,
            profile=request.profile.name,
            timeout_factor=request.profile.factor,
            requirements=[*request.checks, *request.skipped],
            options=request.options.changed(),
        )
        for requirement, reason in request.skipped.items():
            record.for_requirement(requirement).add(Skipped, reason=reason)

    async def _describe(self, session: Session) -> None:
        for subject, found in (await describe(self._cluster, session.nodes)).items():
            session.record.add(Discovered, subject=subject, found=found)
        if session.options.product:
            session.record.add(Discovered, subject="product", found=session.options.product)

    @asynccontextmanager
    async def _alive(self, session: Session) -> AsyncIterator[None]:
        """Refuse to start beside a live run; mark this one as alive while the block runs."""
        for dead in await self._dead_runs(session):
            self._progress.note(
                f"the run {dead} died and left objects behind: `plimsoll cleanup {dead}`"
            )
        home = session.options.namespace or f"plimsoll-{session.run_id}"
        own = Harness(session, "", home, minutes=5)
        async with AsyncExitStack() as stack:
            try:
                if not session.options.namespace:
                    await own.create(
                        preflight.namespace_manifest(home, "restricted"), purpose="the run's lease"
                    )
                lease = await own.create(alive.lease(session.run_id, home), purpose="is alive")
                await stack.enter_async_context(alive.kept_alive(self._cluster, lease))
            except RefusedError as error:
                own.record.add(
                    Blocked, stage="preflight", reason=error.what, next_step=error.next_step
                )
                raise
            await self._dead_runs(session)
            yield

    async def _dead_runs(self, session: Session) -> list[str]:
        """Return the dead runs that left something. Raises AnotherRunError beside a live one."""
        try:
            return await alive.refuse_beside(self._cluster, session.run_id)
        except alive.AnotherRunError as error:
            session.record.add(
                Blocked, stage="preflight", reason=error.what, next_step=error.next_step
            )
            raise

    # ---- checks

    async def _checks(self, session: Session) -> None:
        interference = Interference(session, self._stop_checks)
        follower = asyncio.create_task(interference.follow())
        needs: Mapping[str, Needs] = {n: c.needs for n, c in self._request.checks.items()}
        limit = session.options.accelerator_limit()
        limit = self._request.accelerators if limit is None else limit
        waiting = in_line(needs, limit)
        try:
            while waiting or self._tasks:
                for name in startable(waiting, list(self._tasks), needs, limit):
                    waiting.remove(name)
                    self._tasks[name] = asyncio.create_task(self._check(session, name))
                done, _ = await asyncio.wait(
                    {*self._tasks.values(), follower}, return_when=asyncio.FIRST_COMPLETED
                )
                if follower in done:
                    follower.result()
                for name in [name for name, task in self._tasks.items() if task in done]:
                    self._tasks.pop(name).result()
        except asyncio.CancelledError:
            for name in waiting:
                self._harness(session, name).blocked(_INTERRUPTED, next_step=_AGAIN)
            raise
        finally:
            await _cancelled([*self._tasks.values(), follower])
            self._tasks.clear()

    def _harness(self, session: Session, requirement: str) -> Harness:
        namespace = session.options.namespace or (
            f"plimsoll-{session.run_id}-{requirement.replace('_', '-')}"
        )
        minutes = self._request.checks[requirement].needs.minutes
        return Harness(session, requirement, namespace, minutes=minutes)

    async def _check(self, session: Session, requirement: str) -> None:
        check = self._request.checks[requirement]
        harness = self._harness(session, requirement)
        self._progress.requirement_started(requirement, check.needs.minutes * 60)
        try:
            await self._observe(session, harness, check)
        except Timeout as error:
            self._progress.note(error.what, requirement=requirement)
        except (BlockedError, RefusedError) as error:
            claims = error.claims if isinstance(error, BlockedError) else ()
            harness.blocked(error.what, next_step=error.next_step, claims=claims)
        except ClusterError as error:
            harness.blocked(error.what, next_step=error.next_step)
            if error.code in {0, 401}:
                raise
        except asyncio.CancelledError:
            harness.record.add(StageEnded, stage="run", outcome="interrupted", seconds=0)
            harness.blocked(self._give_way or _INTERRUPTED, next_step=_AGAIN)
            if not self._give_way:
                raise
        finally:
            with suppress(ClusterError):  # the clean-up of the run tries again and reports
                await self._remove(session, requirement, keep_namespaces=True)
            self._progress.requirement_ended(requirement)

    async def _observe(self, session: Session, harness: Harness, check: Check) -> None:
        if self._give_way:
            raise BlockedError(self._give_way, next_step="run the check when there is room")
        if not session.options.namespace:
            session.owned.namespaces.add(harness.namespace)
        async with harness.stage("preflight", usual=3):
            await preflight.prepare(harness, check.needs)
            await preflight.try_samples(harness, await check.samples(harness))
        await check.observe(harness)

    async def _stop_checks(self, reason: str) -> None:
        self._give_way = reason
        for task in self._tasks.values():
            task.cancel()

    # ---- clean-up

    async def _remove(
        self, session: Session, requirement: str, *, keep_namespaces: bool
    ) -> cleanup.Removal:
        """Delete what the journal has of a requirement; namespaces are waited for at the end."""
        entries = [
            entry
            for entry in outstanding(read_journal(self._request.folder / "journal.jsonl"))
            if entry.requirement == requirement
        ]
        objects = await cleanup.journalled(self._cluster, entries, session.run_id)
        kept = [obj for obj in objects if obj["kind"] == "Namespace"] if keep_namespaces else []
        result = await cleanup.remove(
            self._cluster, [obj for obj in objects if obj not in kept], seconds=CLEANUP_SECONDS
        )
        for namespace in kept:
            await self._cluster._delete(namespace)
        gone = result.removed + len(kept)
        self._removed[requirement] = self._removed.get(requirement, 0) + gone
        if not kept and not result.remains:
            for entry in entries:
                session.journal.write("deleted", requirement, entry.manifest())
        return result

    async def _clean_up(self, session: Session) -> None:
        """Remove everything and write, per requirement and for the run, what remains."""
        self._progress.stage_started("", "clean-up", 10)
        started = time.monotonic()
        names: Sequence[str] = ["", *self._request.checks]
        results = await asyncio.gather(
            *(self._remove(session, name, keep_namespaces=False) for name in names),
            return_exceptions=True,
        )
        lost: BaseException | None = None
        for name, result in zip(names, results, strict=True):
            if isinstance(result, BaseException):
                lost = result
                remains = [f"not known: {result}"]
            else:
                remains = list(result.remains)
            session.record.for_requirement(name).add(
                CleanedUp, removed=self._removed.get(name, 0), remains=remains
            )
            for text in remains:
                self._progress.note(f"remains: {text}", requirement=name)
        self._progress.stage_ended("", "clean-up", "reached", time.monotonic() - started)
        if lost is not None:
            raise lost


async def _cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, ClusterError):
            await task


__all__ = ["Check", "Json", "Request", "Run"]
