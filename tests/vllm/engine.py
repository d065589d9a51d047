"""vLLM as a process: started, asked, and ended with the tests, however those end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2

from tests.vllm.environment import Environment

MODEL = "small"
PROMPT_TOKENS = 8192
"""The longest prompt with its answer."""
_START_SECONDS = 900.0
_STOP_SECONDS = 30.0
_END_TOGETHER = 'exec 3<&0; (read _ <&3; kill -KILL 0) & exec "$@" </dev/null 3<&-'
"""However the tests end, their end of the pipe closes, and all that they started ends: vLLM's own
processes outlive a server that is killed."""
_SETTINGS = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    # One process and one thread for each server: two of them share two cores without standing on
    # each other's feet.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
}


class Engine:
    """One vLLM server. `ready` must have returned before it is asked anything."""

    def __init__(self, environment: Environment, log: Path) -> None:
        self._log = log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    *("sh", "-c", _END_TOGETHER, "sh"),
                    *(str(environment.python), "-m", "vllm.entrypoints.openai.api_server"),
                    *("--model", str(environment.model), "--served-model-name", MODEL),
                    *("--host", "127.0.0.1", "--port", str(port), "--dtype", "bfloat16"),
                    *("--max-model-len", str(PROMPT_TOKENS), "--max-num-seqs", "8"),
                    *("--block-size", "32", "--kv-cache-memory-bytes", "256M"),
                    *("--enforce-eager", "--enable-prefix-caching"),
                    *("--enable-prompt-tokens-details", "--disable-uvicorn-access-log"),
                ],
                env=os.environ | _SETTINGS,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until it serves. AssertionError with its own last words when it does not."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process.poll() is None, f"vLLM ended:\n{self._last_words()}"
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            time.sleep(0.5)
        raise AssertionError(f"vLLM did not serve in {_START_SECONDS:g} s:\n{self._last_words()}")

    def stop(self) -> None:
        """End it and the process that computes for it."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_STOP_SECONDS)

    async def counters(self) -> dict[str, float]:
        """Return its metrics, each summed over its labels, without `vllm:` and `_total`."""
        async with httpx2.AsyncClient(timeout=30) as client:
            page = (await client.get(f"{self.url}/metrics")).text
        values: dict[str, float] = {}
        for line in page.splitlines():
            if line.startswith("vllm:"):
                name = line.partition("{")[0].removeprefix("vllm:").removesuffix("_total")
                values[name] = values.get(name, 0.0) + float(line.rpartition(" ")[2])
        return values

    async def busy(self) -> bool:
        """Return whether anything runs or waits there."""
        now = await self.counters()
        return bool(now["num_requests_running"] + now["num_requests_waiting"])

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]


async def any_busy(engines: Sequence[Engine]) -> bool:
    """Return whether any of them has something to do."""
    return any([await each.busy() for each in engines])
