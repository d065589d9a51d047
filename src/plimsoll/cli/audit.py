"""`plimsoll audit`: what stands behind each cell of a submission, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from plimsoll.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from plimsoll.audit import SubmissionAudit
    from plimsoll.audit.counts import Counts

_Repeated = Parameter(negative="", consume_multiple=False)


def audit(
    *submissions: Annotated[Path, Parameter(show_default=False)],
    format: Literal["text", "json"] = "text",  # noqa: A002
    out: Path | None = None,
    version: str = "",
    requirement: Annotated[tuple[str, ...], _Repeated] = (),
    product: Annotated[tuple[str, ...], _Repeated] = (),
) -> int:
    """Say what kind of evidence stands behind each cell of submissions, and what contradicts it.

    Reads files alone and asks no network. Exits with 0 when nothing is contradicted, with 1 when
    something is or a file could not be read.

    Parameters
    ----------
    submissions
        PRODUCT.yaml files, folders of submissions, or a whole repository of them.
    format
        text for people, json for programs.
    out
        Write index.html and audit.json into this folder.
    version
        Show only submissions for this version, for example v1.35.
    requirement
        Show only this requirement; may be given more than once.
    product
        Show only the product of this name (of its folder or platform); may be repeated.
    """
    if not submissions:
        raise UsageError(
            "nothing to audit is named",
            next_step="give a PRODUCT.yaml or a folder that holds some",
        )
    from plimsoll.audit import audit as audited
    from plimsoll.audit.counts import count
    from plimsoll.cli.audit_selection import select
    from plimsoll.cli.audit_verifying import verified
    from plimsoll.submission import load_all

    everything = audited([loaded for _path, loaded in load_all(submissions)], verified)
    shown = select(everything, version=version, requirements=requirement, products=product)
    counts = count(shown)
    _show(shown, counts, format)
    if out is not None:
        from plimsoll.cli.audit_output import write

        written = write(out, shown, counts)
        if format == "text":
            print(f"written: {written}")
    unread = any(_unread(each) for each in shown)
    return ExitCode.FAIL if counts.total.all.contradicted or unread else ExitCode.PASS


def _unread(audit: SubmissionAudit) -> bool:
    """Tell whether a submission, or a file that it names, could not be read."""
    return not audit.cells or any(cell.refused for cell in audit.cells)


def _show(shown: Sequence[SubmissionAudit], counts: Counts, format: str) -> None:  # noqa: A002
    if format == "json":
        from plimsoll.audit.json_document import document

        print(document(shown, counts).decode(), end="")
        return
    from plimsoll.cli.audit_view import AuditView

    view = AuditView()
    if len(shown) == 1:
        view.one(shown[0])
    else:
        view.many(shown, counts)
    view.total(counts)
