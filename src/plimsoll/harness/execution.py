"""Commands and probes inside containers, each with a time limit and a fact.

A probe is a Python file of its check that runs in the container and prints one JSON object; it is
sent compressed on the command line, so the image needs nothing but Python.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

import msgspec

from plimsoll.harness.cluster import Cluster, ExecOutcome
from plimsoll.harness.errors import BlockedError
from plimsoll.harness.recorder import Recorder
from plimsoll.record.facts import ExecResult, ProbeResult

Json = dict[str, Any]

_KEPT = 20_000
"""Characters of output that a fact keeps."""
_RUN = "import base64,zlib;exec(compile(zlib.decompress(base64.b64decode({0!r})),{1!r},'exec'))"


class Execution:
    """Runs commands in the pods of one check."""

    def __init__(self, cluster: Cluster, record: Recorder, requirement: str) -> None:
        self._cluster = cluster
        self._record = record
        self._requirement = requirement

    async def run(
        self,
        pod: Json,
        command: Sequence[str],
        *,
        purpose: str,
        container: str | None = None,
        seconds: float = 30,
        stdin: str | None = None,
    ) -> ExecResult:
        """Run a command and return its fact. Raises ClusterError when it cannot be started."""
        outcome = await self._exec(pod, command, container, seconds, stdin)
        return self._write(pod, list(command), outcome, container=container or "", purpose=purpose)

    async def probe(
        self,
        pod: Json,
        program: str,
        *,
        role: str,
        arguments: Json,
        container: str | None = None,
        seconds: float = 60,
    ) -> ProbeResult:
        """Run a probe of the check, or one that checks share, in a container; return its fact.

        It is `checks/<requirement>/probes/<program>.py` or `checks/probes/<program>.py`.

        Raises BlockedError when the probe does not print one JSON object.
        """
        source = self._source(program)
        packed = base64.b64encode(zlib.compress(source.encode(), 9)).decode()
        encoded = msgspec.json.encode(arguments).decode()
        command = ["python3", "-c", _RUN.format(packed, f"{program}.py"), encoded]
        outcome = await self._exec(pod, command, container, seconds)
        try:
            data = msgspec.json.decode(outcome.stdout, type=dict[str, Any])
        except msgspec.DecodeError:
            shown = ["python3", f"{program}.py", encoded]
            purpose = f"probe {program} ({role})"
            result = self._write(pod, shown, outcome, container=container or "", purpose=purpose)
            raise self._no_answer(pod, program, result) from None
        metadata = pod["metadata"]
        return self._record.add(
            ProbeResult,
            probe=program,
            role=role,
            pod=metadata["name"],
            namespace=metadata["namespace"],
            container=container or "",
            node=(pod.get("spec") or {}).get("nodeName") or "",
            data=data,
        )

    def _source(self, program: str) -> str:
        places = (f"plimsoll.checks.{self._requirement}", "plimsoll.checks")
        files = [resources.files(place) / "probes" / f"{program}.py" for place in places]
        return next((file for file in files if file.is_file()), files[0]).read_text()

    async def _exec(
        self,
        pod: Json,
        command: Sequence[str],
        container: str | None,
        seconds: float,
        stdin: str | None = None,
    ) -> ExecOutcome:
        metadata = pod["metadata"]
        return await self._cluster._exec(
            metadata["name"],
            metadata["namespace"],
            container or pod["spec"]["containers"][0]["name"],
            command,
            seconds=seconds,
            stdin=stdin,
        )

    def _write(
        self, pod: Json, command: list[str], outcome: ExecOutcome, *, container: str, purpose: str
    ) -> ExecResult:
        metadata = pod["metadata"]
        return self._record.add(
            ExecResult,
            pod=metadata["name"],
            namespace=metadata["namespace"],
            container=container,
            command=command,
            exit=outcome.exit,
            stdout=outcome.stdout[:_KEPT],
            stderr=outcome.stderr[:_KEPT],
            seconds=outcome.seconds,
            purpose=purpose,
        )

    def _no_answer(self, pod: Json, program: str, result: ExecResult) -> BlockedError:
        name = pod["metadata"]["name"]
        if result.exit is None:
            return BlockedError(
                f"the probe {program} in the pod {name} did not end in time",
                next_step="a slow cluster needs a larger --timeout-factor",
            )
        last = (result.stderr.strip().splitlines() or ["no output"])[-1]
        return BlockedError(
            f"the probe {program} in the pod {name} ended with {result.exit} without a result: "
            f"{last}",
            next_step="the image must have python3; see --image-registry",
        )
