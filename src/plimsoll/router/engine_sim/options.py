"""What can be set about a simulated engine, and the bounds of each value."""

from __future__ import annotations

from msgspec import Struct

from plimsoll.errors import UsageError


class EngineOptions(Struct, frozen=True, kw_only=True):
    """How a simulated engine behaves; times are of the simulated work alone."""

    model: str = "sim"
    """Name of the model that it serves."""
    adapters: tuple[str, ...] = ()
    """LoRA adapters that it serves beside the model."""
    max_loras: int = 4
    """Adapters that can be loaded at once; reported, not enforced."""
    max_num_seqs: int = 8
    """Requests worked on at once; the others wait."""
    max_waiting: int = 1000
    """Requests that may wait; one more is answered with 503."""
    max_model_len: int = 131_072
    """Tokens of prompt and answer together that one request may have."""
    blocks: int = 4096
    """Blocks of the key-value cache."""
    block_size: int = 16
    """Tokens of one block."""
    overhead_ms: float = 1.0
    """Milliseconds before the first token, cached or not."""
    prefill_us: float = 20.0
    """Microseconds for each uncached prompt token; one prompt at a time."""
    output_ms: float = 2.0
    """Milliseconds for each output token after the first."""
    output_tokens: int = 16
    """Tokens of an answer when the request does not limit it."""
    failure_rate: float = 0.0
    """Share of requests that fail, 0 to 1."""
    failure_status: int = 500
    """Status of those failures; 0 breaks the connection."""
    seed: int = 0
    """Decides which requests fail."""
    drain_seconds: float = 30.0
    """How long running requests may go on after the server was told to stop."""


_BOUNDS: dict[str, tuple[float, float]] = {
    "max_loras": (0, 1024),
    "max_num_seqs": (1, 100_000),
    "max_waiting": (0, 1_000_000),
    "max_model_len": (1, 100_000_000),
    "blocks": (1, 100_000_000),
    "block_size": (1, 4096),
    "overhead_ms": (0, 3_600_000),
    "prefill_us": (0, 1_000_000),
    "output_ms": (0, 3_600_000),
    "output_tokens": (1, 1_000_000),
    "failure_rate": (0, 1),
    "drain_seconds": (0, 86_400),
}


def validate(options: EngineOptions) -> EngineOptions:
    """Return the options. Raises UsageError for a value that cannot be meant."""
    for name, (least, most) in _BOUNDS.items():
        value = getattr(options, name)
        if not least <= value <= most:
            raise UsageError(
                f"--{name.replace('_', '-')} {value:g} is out of range",
                next_step=f"give a value from {least:,.0f} to {most:,.0f}",
            )
    if options.failure_status != 0 and not 400 <= options.failure_status <= 599:
        raise UsageError(
            f"--failure-status {options.failure_status} is not an error",
            next_step="give 400 to 599, or 0 to break the connection",
        )
    if not options.model:
        raise UsageError("--model is empty", next_step="give the model a name, or leave it out")
    names = (options.model, *options.adapters)
    if "" in names or len(set(names)) < len(names):
        raise UsageError(
            f"--adapter: of {', '.join(map(repr, names))} one is empty or there twice",
            next_step="give every adapter a name of its own, another than the model's",
        )
    return options
