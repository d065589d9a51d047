"""`plimsoll engine-sim`: a small model server for tests, without a model and without a GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from plimsoll.router.engine_sim import EngineOptions

_Repeated = Parameter(negative="", consume_multiple=False)


def engine_sim(
    *,
    listen: str = "127.0.0.1:8000",
    model: str = "sim",
    adapter: Annotated[tuple[str, ...], _Repeated] = (),
    max_loras: int = 4,
    max_num_seqs: int = 8,
    max_waiting: int = 1000,
    max_model_len: int = 131_072,
    blocks: int = 4096,
    block_size: int = 16,
    overhead_ms: float = 1.0,
    prefill_us: float = 20.0,
    output_ms: float = 2.0,
    output_tokens: int = 16,
    failure_rate: float = 0.0,
    failure_status: int = 500,
    seed: int = 0,
    drain_seconds: float = 30.0,
) -> int:
    """Serve OpenAI's API with a simulated engine, to test routers and gateways with.

    It computes nothing: four bytes are one token, and answers are always the same. Queueing, the
    prefix cache, its eviction and the time that uncached tokens take are real. The header
    x-sim-fail makes a request fail: a status, break, break-after=N or hang.

    Parameters
    ----------
    listen
        Address to serve on; port 0 asks for a free one, which is printed.
    model
        Name of the model.
    adapter
        A LoRA adapter that it serves too. May be repeated.
    max_loras
        Adapters that can be loaded at once; reported in the metrics.
    max_num_seqs
        Requests worked on at once; the others wait.
    max_waiting
        Requests that may wait; one more is answered with 503.
    max_model_len
        Tokens of prompt and answer together that one request may have.
    blocks
        Blocks of the key-value cache.
    block_size
        Tokens of one block.
    overhead_ms
        Milliseconds before the first token, cached or not.
    prefill_us
        Microseconds for each uncached prompt token.
    output_ms
        Milliseconds for each output token after the first.
    output_tokens
        Tokens of an answer when the request does not limit it.
    failure_rate
        Share of requests that fail, 0 to 1.
    failure_status
        Status of those failures; 0 breaks the connection.
    seed
        Decides which requests fail.
    drain_seconds
        How long running requests may go on after SIGTERM.
    """
    import asyncio

    from plimsoll.router.engine_sim import EngineOptions

    options = EngineOptions(
        model=model,
        adapters=adapter,
        max_loras=max_loras,
        max_num_seqs=max_num_seqs,
        max_waiting=max_waiting,
        max_model_len=max_model_len,
        blocks=blocks,
        block_size=block_size,
        overhead_ms=overhead_ms,
        prefill_us=prefill_us,
        output_ms=output_ms,
        output_tokens=output_tokens,
        failure_rate=failure_rate,
        failure_status=failure_status,
        seed=seed,
        drain_seconds=drain_seconds,
    )
    return asyncio.run(_serve(options, listen))


async def _serve(options: EngineOptions, listen: str) -> int:
    import asyncio
    import signal

    from plimsoll.errors import ExitCode
    from plimsoll.router.engine_sim import EngineServer

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with EngineServer(options, listen) as server:
        print(f"Serving the model {options.model!r} on {server.url}", flush=True)
        await told.wait()
        ended = await server.drain()
    if not ended:
        print(f"Some requests had not ended after {options.drain_seconds:g} s and were broken off.")
    return ExitCode.PASS
