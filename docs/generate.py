"""Writes the pages of docs/ that repeat what the code already says.

    python -m docs.generate           writes them
    python -m docs.generate --check   exits 1 when one is not as it would be written

Generated: commands.md (every command and option), faults.md (the fault table with what was last
seen), errors.md (what bad input answers, from the table that the tests run).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from cyclopts import App
from cyclopts.argument import Argument

from docs import route_configuration
from plimsoll.cli import COMMANDS, command_app
from plimsoll.cli.fault import SeenVerdict
from plimsoll.embedded import faults
from tests.unit.cli.bad_input import CASES

DOCS = Path(__file__).parent


def commands() -> str:
    """Return commands.md: every command with its options, from the code that parses them."""
    return "\n".join(_commands())


def _commands() -> Iterator[str]:
    yield "# Commands\n\nWritten by `make docs` from the commands themselves.\n"
    for name, summary in COMMANDS.items():
        yield f"## plimsoll {name}\n\n{summary}.\n"
        for title, leaf in leaves(name):
            if title != name:
                yield f"### plimsoll {title}\n\n{leaf.help.splitlines()[0]}\n"
            arguments = leaf.assemble_argument_collection(parse_docstring=True)
            rows = [_row(argument) for argument in arguments]
            if any(rows):
                yield "| argument or option | meaning | default |\n|---|---|---|"
                yield from filter(None, rows)
                yield ""


def leaves(name: str) -> Iterator[tuple[str, App]]:
    """Yield what a command really runs: itself, and each of its subcommands, with its full name."""
    yield from _leaves(name, command_app(name)[name])


def _leaves(title: str, app: App) -> Iterator[tuple[str, App]]:
    if app.default_command is not None:
        yield title, app
    for sub in app:
        if not sub.startswith("-"):
            yield from _leaves(f"{title} {sub}", app[sub])


def _row(argument: Argument) -> str:
    names = [n for n in argument.names if not n.startswith("--no-")]
    if not names:
        return ""
    shown = ", ".join(f"`{n}`" for n in names)
    meaning = " ".join((argument.parameter.help or "").split()).replace("|", "\\|")
    default = argument.field_info.default
    empty = default in (None, False, (), "") or default is argument.field_info.empty
    return f"| {shown} | {meaning} | {'' if empty else f'`{default}`'} |"


def fault_table() -> str:
    """Return faults.md: every fault, its expected verdicts, and what was last seen."""
    recorded = DOCS / "results" / "faults.jsonl"
    lines = recorded.read_bytes().splitlines() if recorded.exists() else []
    seen = {line.fault: line for line in (msgspec.json.decode(x, type=SeenVerdict) for x in lines)}
    rows = [
        "# Faults: platforms broken on purpose\n",
        "A fault is a property of the embedded platform; its requirement's check must catch it.",
        "`plimsoll fault run NAME` shows whether it does, `make test-faults` runs the whole table.",
        "Written by `make docs`; the last columns are what `make test-faults` last recorded.\n",
        "PASS with strict FAIL is right where the official text asks for less than what is broken:",
        "dra_support, for example, asks for the API alone. The report shows both.\n",
        "| fault | breaks | requirement | expected | expected, strict | seen | seen, strict |",
        "|---|---|---|---|---|---|---|",
    ]
    for fault in sorted(faults.registry().values(), key=lambda f: (f.requirement, f.name)):
        last = seen.get(fault.name)
        result = f"{last.verdict} | {last.strict_verdict}" if last else "not yet run | not yet run"
        rows.append(
            f"| `{fault.name}` | {fault.title} | {fault.requirement} | {fault.expected} "
            f"| {fault.expected_strict} | {result} |"
        )
    return "\n".join(rows) + "\n"


def errors() -> str:
    """Return errors.md: what bad input answers, from the table that the tests run."""
    rows = [
        "# When something is wrong\n",
        "Each of these is tried by a test, from whose table this page is written. 4 means that the",
        "command line alone is wrong; what only the cluster can show ends with 2 or 3.\n",
        "| what is wrong | command | exit | what it says |",
        "|---|---|---|---|",
    ]
    for case in CASES:
        command = " ".join(("plimsoll", *case.arguments))
        rows.append(f"| {case.wrong} | `{command}` | {int(case.exit_code)} | {case.says} |")
    return "\n".join(rows) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "faults.md": fault_table,
    "errors.md": errors,
    "route-configuration.md": route_configuration.page,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them; return the exit status."""
    stale = [name for name, write in PAGES.items() if _read(DOCS / name) != write()]
    if "--check" in arguments:
        for name in stale:
            sys.stderr.write(f"docs/{name} is not up to date; run `make docs`\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(PAGES[name]())
        sys.stdout.write(f"docs/{name} written\n")
    return 0


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
