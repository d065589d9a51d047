"""Running checks from the command line: where, how they are shown, and how they may be stopped.

Ctrl-C cleans up first; a second one stops at once and says how to clean up later.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from plimsoll import checks, evidence
from plimsoll.cli.check_options import Wishes, selection, standard_of
from plimsoll.cli.check_view import CheckView, make_view, print_verdicts
from plimsoll.cli.planning import needs_of
from plimsoll.errors import ExitCode, PlimsollError
from plimsoll.harness.budgets import profile
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.connection import connect
from plimsoll.harness.marks import new_run_id
from plimsoll.harness.options import Options
from plimsoll.harness.redaction import Redactor, load_key
from plimsoll.harness.run import Check, Request, Run
from plimsoll.record import exit_code
from plimsoll.standard.components import EMBEDDED_COMPONENTS


class InterruptedRunError(PlimsollError):
    """The user stopped the run."""


def run_on_cluster(wishes: Wishes, options: Options) -> int:
    """Check the cluster of a kubeconfig and return the exit status."""
    folder = _folder(wishes.out)
    run_id = new_run_id()
    run = _run(wishes, options, folder, run_id, kubeconfig=wishes.kubeconfig)
    return _carry_out(run, run_id, folder, options)


def run_on_embedded(wishes: Wishes, options: Options) -> int:
    """Check the embedded platform, started when absent, and return the exit status."""
    from plimsoll.cli.progress_view import ProgressView
    from plimsoll.embedded import platform
    from plimsoll.embedded.config import PlatformConfig

    folder = _folder(wishes.out)
    chosen = selection(wishes, options.standard).checked
    needed = tuple(dict.fromkeys(c for each in chosen for c in EMBEDDED_COMPONENTS.get(each, ())))
    existed = platform.load(wishes.name) is not None
    with ExitStack() as stack:
        if not existed and not wishes.keep:
            stack.callback(_take_down, wishes.name)
        with ProgressView() as view:
            made = platform.up(PlatformConfig(name=wishes.name, components=needed), view)
            made = platform.add_components(made, needed, view)
        stack.callback(made.close)
        product = options.product or {
            "name": "Plimsoll embedded platform",
            "version": made.config.kubernetes_version,
            "nodes": made.config.nodes,
            "accelerators_per_node": made.config.accelerators,
            "components": list(made.config.components),
            "faults": list(made.config.faults),
        }
        options = replace(options, product=product)
        run_id = new_run_id()
        run = _run(
            wishes,
            options,
            folder,
            run_id,
            kubeconfig=str(made.kubeconfig),
            accelerators=made.config.nodes * made.config.accelerators,
        )
        return _carry_out(run, run_id, folder, options)


async def _run(
    wishes: Wishes,
    options: Options,
    folder: Path,
    run_id: str,
    *,
    kubeconfig: str,
    accelerators: int | None = None,
) -> None:
    cluster = Cluster(connect(kubeconfig, "" if options.embedded else wishes.context))
    try:
        version = await cluster.version()
        chosen = selection(wishes, standard_of(version, options))
        _make(folder)
        request = Request(
            run_id=run_id,
            folder=folder,
            checks={
                name: Check(needs=needs, observe=module.observe, samples=module.samples)
                for name, needs in needs_of(chosen.checked).items()
                for module in (checks.observer(name),)
            },
            skipped=chosen.skipped,
            options=options,
            profile=profile(options.profile, options.timeout_factor),
            standard=chosen.standard,
            cluster_version=version,
            accelerators=accelerators,
        )
        key = b"embedded" if options.embedded else load_key()
        view: CheckView
        with make_view(folder, tuple(request.checks)) as view:
            view.note(f"run {run_id} on Kubernetes {version}, checklist {chosen.standard}")
            redactor = Redactor(key, embedded=options.embedded)
            await Run(cluster, request, redactor, view).execute()
    finally:
        await cluster.close()


def _carry_out(run: Coroutine[Any, Any, None], run_id: str, folder: Path, options: Options) -> int:
    """Run, judge and report; a run that broke off is judged by what it had seen, then raised."""
    try:
        _interruptible(run, run_id)
    except PlimsollError as error:
        try:
            if (folder / "facts.jsonl").exists():
                _conclude(folder, options)
        except PlimsollError:
            raise error from None  # why the run broke off is also why its facts say nothing
        raise
    return _conclude(folder, options)


def _interruptible(run: Coroutine[Any, Any, None], run_id: str) -> None:
    """Run to the end; the first signal cancels (which cleans up), the second ends the process."""

    async def main() -> None:
        task = asyncio.ensure_future(run)
        loop = asyncio.get_running_loop()

        def interrupted() -> None:
            print(
                "\nstopping: removing what the run made (again: stop at once)",
                file=sys.stderr,
                flush=True,
            )
            task.cancel()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, _stop_at_once, run_id)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupted)
        try:
            await task
        except asyncio.CancelledError:
            raise InterruptedRunError(
                f"the run {run_id} was interrupted; what it had made was removed",
                next_step="run the check again",
            ) from None

    asyncio.run(main())


def _stop_at_once(run_id: str) -> None:
    print(
        f"plimsoll: stopped at once\n  next: `plimsoll cleanup {run_id}` removes what is left",
        file=sys.stderr,
        flush=True,
    )
    os._exit(ExitCode.TOOL_FAILED)


def _folder(out: Path | None) -> Path:
    """Return the run folder to be, which must not hold anything yet."""
    folder = out or Path("runs") / time.strftime("%Y-%m-%dT%H-%M-%S")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PlimsollError(
            f"{folder} exists and is not an empty folder",
            next_step="give --out another folder; a run never writes over another",
        )
    return folder


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlimsollError(
            f"the run folder {folder} cannot be made: {error.strerror or error}",
            next_step="give --out a folder that you may write to",
        ) from error


def _conclude(folder: Path, options: Options) -> int:
    judgements = evidence.write_run(folder)
    print_verdicts(folder, judgements, strict=options.strict)
    return exit_code(judgements, strict=options.strict)


def _take_down(name: str) -> None:
    from plimsoll.embedded import platform

    print(f"taking the platform {name!r} down", flush=True)
    platform.down(name)
