"""`plimsoll cleanup`: remove what a run left on a cluster, also when the tool had died."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from plimsoll.harness.cleanup import LeftOver, Removal
    from plimsoll.harness.cluster import Cluster

_SECONDS = 120


def cleanup(
    run: Annotated[str, Parameter(show_default=False)] = "",
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    embedded: Annotated[bool, Parameter(negative="")] = False,
    name: str = "default",
    kubeconfig: str = "",
    context: str = "",
) -> int:
    """Remove what a run left on the cluster, and say what remains.

    Only objects go that carry the run's label or stand in its journal. Exits with 0 when nothing
    remains, else with 3. A run that is alive is stopped by hand, not by this command.

    Parameters
    ----------
    run
        A run folder, or a run's id, as in the label plimsoll.dev/run of its objects.
    every
        All runs whose objects are found; those of a run that is alive are left alone.
    embedded
        On the embedded platform of this machine.
    name
        The embedded platform's name.
    kubeconfig
        The kubeconfig to use. Default: $KUBECONFIG, then ~/.kube/config.
    context
        The context in it. Default: its current one.
    """
    from plimsoll.errors import UsageError

    if every == bool(run):
        raise UsageError(
            "name the run to remove, or give --all (not both)",
            next_step="`plimsoll cleanup runs/<time>`, or the id that `plimsoll check` printed",
        )
    path = _kubeconfig_of(name) if embedded else kubeconfig
    return asyncio.run(_clean(run, path, "" if embedded else context))


def _kubeconfig_of(name: str) -> str:
    from plimsoll.embedded import platform
    from plimsoll.errors import PlimsollError

    found = platform.load(name)
    if found is None:
        raise PlimsollError(
            f"there is no embedded platform {name!r}", next_step="`plimsoll status` lists them"
        )
    return str(found.kubeconfig)


async def _clean(run: str, kubeconfig: str, context: str) -> int:
    from plimsoll.harness.cluster import Cluster
    from plimsoll.harness.connection import connect

    folder = Path(run) if run and (Path(run) / "journal.jsonl").is_file() else None
    cluster = Cluster(connect(kubeconfig, context))
    try:
        if folder is not None:
            return await _one_folder(cluster, folder)
        return await _by_label(cluster, run)
    finally:
        await cluster.close()


async def _one_folder(cluster: Cluster, folder: Path) -> int:
    """Remove what the journal has, then what else carries the run's label."""
    from plimsoll.evidence import RunFolder
    from plimsoll.harness import cleanup as removing
    from plimsoll.harness.journal import outstanding, read

    run = RunFolder(folder).run_id()
    entries = outstanding(read(folder / "journal.jsonl"))
    objects = await removing.journalled(cluster, entries, run)
    known = {obj["metadata"]["uid"] for obj in objects}
    others = (await removing.labelled(cluster, run)).get(run)
    objects += (
        [obj for obj in others.objects if obj["metadata"]["uid"] not in known] if others else []
    )
    return _report(run, await removing.remove(cluster, objects, seconds=_SECONDS))


async def _by_label(cluster: Cluster, run: str) -> int:
    """Remove what carries the label of `run`, or of any run that is not alive."""
    from plimsoll.errors import ExitCode
    from plimsoll.harness import alive
    from plimsoll.harness import cleanup as removing

    living, _ = await alive.others(cluster, "")
    found = await removing.labelled(cluster, run)
    if not found:
        print(f"nothing of {f'the run {run}' if run else 'any run'} is on the cluster")
        return ExitCode.PASS
    status: int = ExitCode.PASS
    for left in found.values():
        if left.run in living and not run:
            print(f"run {left.run} is alive and is left alone")
            continue
        print(f"run {left.run}: {len(left.objects)} objects, {_age(left)}")
        removal = await removing.remove(cluster, left.objects, seconds=_SECONDS)
        status = max(status, _report(left.run, removal))
    return status


def _age(left: LeftOver) -> str:
    ago = time.time() - left.expires
    if not left.expires:
        return "which do not say when they expire"
    return f"expired {ago / 60:.0f} min ago" if ago > 0 else f"expiring in {-ago / 60:.0f} min"


def _report(run: str, removal: Removal) -> int:
    from plimsoll.errors import ExitCode

    print(f"run {run}: {removal.removed} objects removed, {len(removal.remains)} remain")
    for text in removal.remains:
        print(f"  remains: {text}")
    return ExitCode.TOOL_FAILED if removal.remains else ExitCode.PASS
