"""`plimsoll status`: every part of the embedded platforms on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from plimsoll.errors import ExitCode, PlimsollError

if TYPE_CHECKING:
    from plimsoll.embedded.status import PartView, PlatformView

_WIDTH = 80


def status(*, name: str = "", format: Literal["text", "json"] = "text") -> int:  # noqa: A002
    """Show every part of the embedded platforms on this machine.

    Exits with 0 if every platform shown is running, with 2 if one is not.

    Parameters
    ----------
    name
        Show this platform only. Default: all.
    format
        text for people, json for programs.
    """
    from plimsoll.embedded.state import names
    from plimsoll.embedded.status import look
    from plimsoll.embedded.tools import require_root

    require_root()
    known = names()
    if name and name not in known:
        raise PlimsollError(
            f"there is no platform {name!r} on this machine",
            next_step=f"start it with: plimsoll up --name {name}",
        )
    views = [look(each) for each in ([name] if name else known)]
    if format == "json":
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(views)).decode())
    elif not views:
        print("No platform on this machine. Start one with: plimsoll up")
    else:
        print("\n\n".join("\n".join(_lines(view)) for view in views))
    running = all(view.state == "running" for view in views)
    return ExitCode.PASS if running else ExitCode.INCONCLUSIVE


def _lines(view: PlatformView) -> Iterator[str]:
    yield f"{view.name}: {view.state}"
    yield from wrap(view.because, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    facts = {
        "API": view.api,
        "network": view.network,
        "kubeconfig": view.kubeconfig,
        "folder": view.folder,
        "accelerators": f"{view.accelerators_per_node} per node" if view.nodes else "",
        "components": ", ".join(view.components),
        "faults": ", ".join(view.faults),
        "memory": _size(view.memory) if view.memory else "",
        "versions": ", ".join(f"{title} {version}" for title, version in view.versions.items()),
    }
    for label, value in facts.items():
        yield from wrap(
            value,
            _WIDTH,
            initial_indent=f"  {label:<13}",
            subsequent_indent=" " * 15,
            break_long_words=False,
            break_on_hyphens=False,
        )
    if view.control_plane:
        yield "  control plane"
        yield from _part_lines(view.control_plane)
    for node in view.nodes:
        yield f"  {node.name:<13}{node.address:<16}{node.ready[:38]:<10} {_size(node.memory)}"
        yield from _part_lines(node.parts)


def _part_lines(parts: Iterable[PartView]) -> Iterator[str]:
    for part in parts:
        process = f"pid {part.pid:<8}{_size(part.memory):>9}" if part.pid else ""
        yield f"    {part.name:<25}{part.state:<9}{process}".rstrip()
        if part.restarts:
            last = f"; the last time: {part.last_exit}" if part.last_exit else ""
            yield f"      started again {part.restarts}x{last}"


def _size(size: int) -> str:
    from plimsoll.embedded.config import format_size

    return format_size(size)
