"""Types of the extension module; the code is in src/python.rs."""

from collections.abc import Callable
from typing import final

__all__ = ["PolicyView", "Router", "SettingsError", "__version__", "stop_all"]

__version__: str

class SettingsError(ValueError):
    """Settings that cannot be used: the message says which, why, and what would be right."""

@final
class PolicyView:
    """What a policy sees of one request: lists have one value per candidate, in one order.

    A list is made anew at each access: keep it in a variable. ``len(view)`` is the number of
    candidates.
    """

    @property
    def addresses(self) -> list[str]:
        """``host:port`` of each candidate."""
    @property
    def matched_blocks(self) -> list[float]:
        """Leading blocks of the prompt that each is believed to hold, 0 to `blocks`."""
    @property
    def in_flight(self) -> list[float]:
        """Requests that this router has at each."""
    @property
    def in_flight_tokens(self) -> list[float]:
        """Prompt tokens of those requests, without what was believed to be cached."""
    @property
    def waiting(self) -> list[float]:
        """Requests that wait in each, by its own metrics."""
    @property
    def running(self) -> list[float]:
        """Requests that each works on, by its own metrics."""
    @property
    def kv_usage(self) -> list[float]:
        """Share of each KV cache in use, 0 to 1."""
    @property
    def scores(self) -> list[float]:
        """The built-in scores, weighted and summed."""
    @property
    def best(self) -> int:
        """Index of the built-in choice."""
    @property
    def blocks(self) -> int:
        """Blocks of the prompt."""
    @property
    def prompt_tokens(self) -> int:
        """Estimated tokens of the prompt."""
    @property
    def model(self) -> str:
        """Model asked for; empty when the request names none."""
    def __len__(self) -> int: ...

@final
class Router:
    """A router: proxy, endpoint picker or both, on threads of its own.

    ``bootstrap`` and ``live`` are JSON; ``policy`` gets a `PolicyView` and returns the index of a
    candidate, or None for the built-in choice. It is called on one thread, one request at a time;
    when it raises, is late or returns an index that does not exist, the built-in choice is used.
    """

    def __new__(
        cls,
        bootstrap: bytes,
        live: bytes,
        policy: Callable[[PolicyView], int | None] | None = None,
    ) -> Router:
        """Read the settings. Raises SettingsError."""
    def start(self) -> dict[str, str]:
        """Bind and serve; listener name ("proxy", "ext_proc", "health", "metrics") to address.

        Raises SettingsError when an address cannot be bound or the router was started before.
        """
    def apply(self, live: bytes) -> None:
        """Replace endpoints and decisions at once, and read certificates again.

        Raises SettingsError; what was in force then stays in force.
        """
    def state(self) -> bytes:
        """Endpoints with signals, health and counts: a JSON object."""
    def metrics(self, names: str) -> str:
        """All metrics as Prometheus reads them; ``names``: "plimsoll" or "llm-d".

        Raises SettingsError for other names.
        """
    def drain(self, seconds: float) -> bool:
        """Take nothing new and wait for what runs; False: some still ran after ``seconds``."""
    def stop(self) -> None:
        """End everything, finished or not; returns when the threads have ended."""

def stop_all() -> None:
    """End all routers of this process."""
