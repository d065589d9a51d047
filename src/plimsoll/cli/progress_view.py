"""Shows what a starting platform does: a living picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from plimsoll.embedded.progress import Event

_LINE_SECONDS = 15.0
"""On a pipe: how often a long stage says that it goes on."""


class ProgressView:
    """A context in which events are drawn; call it with each event."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._active: dict[str, Event] = {}
        self._begun: dict[str, float] = {}
        self._said: dict[str, float] = {}
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(
                get_renderable=self._picture,
                console=self._console,
                refresh_per_second=8,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Draw one event."""
        if event.state in {"reached", "stuck"}:
            return
        now = time.monotonic()
        if event.state in {"begun", "moved"}:
            self._active[event.stage] = event
            self._begun.setdefault(event.stage, now - event.seconds)
            self._say_that_it_goes_on(event, now)
            return
        self._active.pop(event.stage, None)
        self._begun.pop(event.stage, None)
        mark, style = ("done", "green") if event.state == "done" else ("failed", "red")
        line = Text(f"  {mark:<6} ", style=style)
        self._console.print(line + Text(f"{event.stage:<44} {clock(event.seconds):>8}", style=""))

    def _say_that_it_goes_on(self, event: Event, now: float) -> None:
        """On a pipe: say when a long stage begins, and now and then how far it is."""
        if self._live or not (event.usual >= _LINE_SECONDS or event.seconds >= _LINE_SECONDS):
            return
        if now - self._said.get(event.stage, 0.0) >= _LINE_SECONDS:
            self._said[event.stage] = now
            self._console.print("  ...    " + self._words(event, now))

    def _words(self, event: Event, now: float) -> str:
        words = [event.stage, event.detail, clock(now - self._begun.get(event.stage, now))]
        if event.usual:
            words.append(f"usually {clock(event.usual)}")
        return ", ".join(word for word in words if word)

    def _picture(self) -> Text:
        now = time.monotonic()
        width = self._console.width - 1
        lines = [f"  ...    {self._words(event, now)}"[:width] for event in self._active.values()]
        return Text("\n".join(lines), style="cyan")


def clock(seconds: float) -> str:
    """Return a duration for people: 4.2 s, or 3 min 05 s."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
