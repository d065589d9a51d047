"""The one exception root of the package.

Every error that Plimsoll raises on purpose says what happened, where and why, and what to do next;
the command line prints these sentences and never a traceback. Exit codes follow one rule for every
command and live here, so that no command can invent its own.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means, the same for every command."""

    PASS = 0
    FAIL = 1
    INCONCLUSIVE = 2
    TOOL_FAILED = 3
    USAGE = 4


class PlimsollError(Exception):
    """Root of all errors raised on purpose.

    `what` says what happened, where and why; `next_step` says what the reader can do about it.
    """

    exit_code: ExitCode = ExitCode.TOOL_FAILED

    def __init__(self, what: str, *, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}\n  next: {self.next_step}" if self.next_step else self.what


class UsageError(PlimsollError):
    """The command line alone shows that the call is wrong."""

    exit_code = ExitCode.USAGE
