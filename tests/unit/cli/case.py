"""One way to be wrong at the command line, and what it must answer."""

from __future__ import annotations

from msgspec import Struct

from plimsoll.errors import ExitCode
from tests.unit.cli import scenes


class Case(Struct, frozen=True, kw_only=True):
    """One way to be wrong."""

    wrong: str
    arguments: tuple[str, ...]
    exit_code: ExitCode
    says: str
    """A part of what is printed to standard error (or, with exit 2, in the verdicts)."""
    setup: scenes.Setup = scenes.nothing


def usage(wrong: str, *arguments: str, says: str, setup: scenes.Setup = scenes.nothing) -> Case:
    """Return a case of wrong usage."""
    return Case(wrong=wrong, arguments=arguments, exit_code=ExitCode.USAGE, says=says, setup=setup)


def failed(wrong: str, *arguments: str, says: str, setup: scenes.Setup = scenes.nothing) -> Case:
    """Return a case in which the tool cannot do what it was asked."""
    return Case(
        wrong=wrong, arguments=arguments, exit_code=ExitCode.TOOL_FAILED, says=says, setup=setup
    )


def undecided(wrong: str, *arguments: str, says: str, setup: scenes.Setup) -> Case:
    """Return a case that only the cluster shows."""
    return Case(
        wrong=wrong, arguments=arguments, exit_code=ExitCode.INCONCLUSIVE, says=says, setup=setup
    )
