"""The front door: one file per command, loaded only when it is called.

`main` is the only place where errors become exit codes, so the one rule for exit codes holds for
every command, and nobody ever sees a traceback for bad input. The overview is printed from the
table below without loading any command or library, so that help answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from plimsoll import __version__
from plimsoll.errors import ExitCode, PlimsollError, UsageError

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS: dict[str, str] = {
    "check": "Check by behaviour what a platform does, and write evidence",
    "verify": "Check a run folder's hashes and judge its facts again",
    "report": "Write the reports of a run folder again",
    "submit": "Write the submission of a run: PRODUCT.yaml and its evidence",
    "lint": "Find what a submission breaks, and how to mend it",
    "audit": "Say what stands behind a submission's claims, and against them",
    "cleanup": "Remove what a run left on the cluster",
    "images": "List the container images that checks use",
    "up": "Start a real Kubernetes with simulated accelerators here",
    "status": "Show every part of the embedded platforms on this machine",
    "down": "Stop an embedded platform and leave nothing behind",
    "fault": "Break the embedded platform on purpose; see what catches it",
    "route": "Send each request where its prefix is cached and queues are short",
    "engine-sim": "Serve a simulated model, to test routers and gateways with",
}
"""Every command with its line of help, in the order in which the overview shows them."""

_EMBEDDED_MODULES = {"cryptography", "google", "grpc", "grpc_tools", "pyroute2"}
"""What only the extra `embedded` installs, by the names under which it is imported."""

_OVERVIEW = """\
Usage: plimsoll COMMAND [OPTIONS]

Prove by behaviour what a Kubernetes platform for AI really does.

Commands:
{commands}

`plimsoll COMMAND --help` explains a command. Without a cluster or a GPU, start
with `plimsoll check --embedded` (Linux, as root).

Exit codes: 0 all asked-for requirements pass, 1 a FAIL, 2 something is
inconclusive or unknown, 3 the tool itself failed, 4 wrong usage."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; the exit status follows ExitCode."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; errors are printed, never raised."""
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _dispatch(tokens)
    except PlimsollError as error:
        _complain(error.what, next_step=error.next_step)
        return error.exit_code
    except ModuleNotFoundError as error:
        return _missing(error)
    except KeyboardInterrupt:
        _complain("interrupted", next_step="`plimsoll status` shows platforms left running")
        return ExitCode.TOOL_FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.TOOL_FAILED
    except Exception as error:  # noqa: BLE001  (the last resort, so that nobody meets a traceback)
        return _bug(error)


def overview() -> str:
    """Return what `plimsoll --help` prints."""
    lines = [f"  {name:<10} {text}" for name, text in COMMANDS.items()]
    return _OVERVIEW.format(commands="\n".join(lines))


def command_app(name: str) -> App:
    """Return the cyclopts application of one command. Raises UsageError for an unknown name."""
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean `plimsoll {near[0]}`?" if near else "`plimsoll --help` lists them"
        raise UsageError(f"there is no command {name!r}", next_step=hint)
    from cyclopts import App, Parameter

    app = App(
        name="plimsoll",
        version=__version__,
        help=COMMANDS[name],
        default_parameter=Parameter(show_default=_shown_default),
    )
    module = name.replace("-", "_")
    app.command(f"plimsoll.cli.{module}:{module}", name=name, help=COMMANDS[name])
    return app


def _shown_default(value: object) -> str | None:
    """Return how a default stands in the help; nothing for one that says nothing."""
    return None if value in (None, False, (), "") else str(value)


def _dispatch(tokens: Sequence[str]) -> int:
    if not tokens or tokens[0] in {"--help", "-h", "help"}:
        print(overview())
        return ExitCode.PASS
    if tokens[0] == "--version":
        print(f"plimsoll {__version__}")
        return ExitCode.PASS
    app = command_app(tokens[0])
    from cyclopts import CycloptsError

    try:
        result = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        raise UsageError(
            " ".join(str(error).split()), next_step=f"see `plimsoll {tokens[0]} --help`"
        ) from error
    return result if isinstance(result, int) else ExitCode.PASS


def _missing(error: ModuleNotFoundError) -> int:
    """Say which optional part is not installed; a module of our own is a fault in Plimsoll."""
    if (error.name or "").split(".")[0] not in _EMBEDDED_MODULES:
        return _bug(error)
    _complain(
        f"the embedded platform needs the Python package {error.name}, which is not installed",
        next_step="pip install 'plimsoll[embedded]'",
    )
    return ExitCode.TOOL_FAILED


def _bug(error: Exception) -> int:
    """Say that the tool itself is at fault, and where the details are."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="plimsoll-error-", suffix=".txt", delete=False
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    _complain(
        f"a fault in Plimsoll itself: {type(error).__name__}: {error}",
        next_step=f"please report it with {file.name}; `plimsoll cleanup --all` and "
        "`plimsoll status` show what was left",
    )
    return ExitCode.TOOL_FAILED


def _complain(what: str, *, next_step: str) -> None:
    print(f"plimsoll: {what}", file=sys.stderr)
    if next_step:
        print(f"  next: {next_step}", file=sys.stderr)
