"""What a policy sees, made up: two candidates, of which the second is the built-in choice."""

from __future__ import annotations

from msgspec import Struct, field


class View(Struct):
    """Two candidates."""

    addresses: list[str] = field(default_factory=lambda: ["a:1", "b:1"])
    matched_blocks: list[float] = field(default_factory=lambda: [0.0, 4.0])
    in_flight: list[float] = field(default_factory=lambda: [0.0, 1.0])
    in_flight_tokens: list[float] = field(default_factory=lambda: [0.0, 100.0])
    waiting: list[float] = field(default_factory=lambda: [0.0, 0.0])
    running: list[float] = field(default_factory=lambda: [0.0, 1.0])
    kv_usage: list[float] = field(default_factory=lambda: [0.1, 0.5])
    scores: list[float] = field(default_factory=lambda: [0.2, 0.9])
    best: int = 1
    blocks: int = 4
    prompt_tokens: int = 256
    model: str = "sim"

    def __len__(self) -> int:
        return len(self.addresses)
