"""Who is told how a run goes: the command line shows it, tests ignore it.

A run tells; it never asks. The methods must not block or raise.
"""

from __future__ import annotations


class Progress:
    """Listens to a run; this one says nothing. Times are in seconds."""

    def note(self, text: str, *, requirement: str = "") -> None:
        """Show a line."""

    def requirement_started(self, requirement: str, usual: float) -> None:
        """Show that a check begins; it usually takes `usual` seconds."""

    def stage_started(self, requirement: str, stage: str, usual: float) -> None:
        """Show that a stage begins; `usual` is 0 where it is not known."""

    def stage_ended(self, requirement: str, stage: str, outcome: str, seconds: float) -> None:
        """Show how a stage ended: reached, timeout, blocked or interrupted."""

    def claims(self, requirement: str, held: int, total: int) -> None:
        """Show how many claims have held until now."""

    def requirement_ended(self, requirement: str) -> None:
        """Show that a check and its clean-up have ended."""
