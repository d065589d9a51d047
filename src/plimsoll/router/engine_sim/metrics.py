"""What a simulated engine says of itself, under vLLM's metric names."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from plimsoll.router.engine_sim.engine import Engine

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Histogram(Struct):
    """Seconds, in buckets."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one measurement."""
        self.buckets[bisect_left(_BOUNDS, seconds)] += 1
        self.total += seconds


class Counters(Struct):
    """What is counted since the start."""

    prompt_tokens: int = 0
    generation_tokens: int = 0
    prefix_queries: int = 0
    prefix_hits: int = 0
    finished: Counter[str] = field(default_factory=Counter)
    """Ended requests by reason: length, abort, error."""
    first_token: Histogram = field(default_factory=Histogram)
    whole_request: Histogram = field(default_factory=Histogram)


def exposition(engine: Engine) -> str:
    """Return the page of metrics."""
    return "\n".join(_lines(engine)) + "\n"


def _lines(engine: Engine) -> Iterator[str]:
    model = f'model_name="{_quoted(engine.options.model)}"'
    counters = engine.counters
    gauges: dict[str, float] = {
        "num_requests_running": engine.running,
        "num_requests_waiting": engine.waiting,
        "kv_cache_usage_perc": engine.cache.usage,
    }
    totals = {
        "prefix_cache_queries_total": counters.prefix_queries,
        "prefix_cache_hits_total": counters.prefix_hits,
        "prompt_tokens_total": counters.prompt_tokens,
        "generation_tokens_total": counters.generation_tokens,
        "num_preemptions_total": 0,
    }
    for name, value in gauges.items():
        yield f"# TYPE vllm:{name} gauge"
        yield f'vllm:{name}{{engine="0",{model}}} {value:g}'
    for name, total in totals.items():
        yield f"# TYPE vllm:{name} counter"
        yield f'vllm:{name}{{engine="0",{model}}} {total}'
    yield "# TYPE vllm:request_success_total counter"
    for reason, number in sorted(counters.finished.items()):
        labels = f'engine="0",finished_reason="{reason}",{model}'
        yield f"vllm:request_success_total{{{labels}}} {number}"
    yield "# TYPE vllm:cache_config_info gauge"
    yield (
        f'vllm:cache_config_info{{block_size="{engine.options.block_size}",'
        f'enable_prefix_caching="True",engine="0",num_gpu_blocks="{engine.options.blocks}"}} 1'
    )
    yield from _adapter_lines(engine)
    yield from _histogram("time_to_first_token_seconds", model, counters.first_token)
    yield from _histogram("e2e_request_latency_seconds", model, counters.whole_request)


def _adapter_lines(engine: Engine) -> Iterator[str]:
    if not engine.options.adapters:
        return
    running, waiting = engine.adapters()
    yield "# TYPE vllm:lora_requests_info gauge"
    yield (
        f'vllm:lora_requests_info{{max_lora="{engine.options.max_loras}",'
        f'running_lora_adapters="{_quoted(",".join(running))}",'
        f'waiting_lora_adapters="{_quoted(",".join(waiting))}"}} {time.time():.3f}'
    )


def _histogram(name: str, model: str, histogram: Histogram) -> Iterator[str]:
    yield f"# TYPE vllm:{name} histogram"
    running = 0
    for bound, number in zip((*map(str, _BOUNDS), "+Inf"), histogram.buckets, strict=True):
        running += number
        yield f'vllm:{name}_bucket{{engine="0",le="{bound}",{model}}} {running}'
    yield f'vllm:{name}_count{{engine="0",{model}}} {running}'
    yield f'vllm:{name}_sum{{engine="0",{model}}} {histogram.total:g}'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
