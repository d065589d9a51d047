"""`plimsoll submit`: a submission written from a run, or brought up to date with a newer one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from plimsoll.submission import Checklist


def submit(
    run: Path,
    *,
    checklist: Path,
    out: Path,
    product: Path | None = None,
    upstream_results: Path | None = None,
    format: Literal["text", "json"] = "text",  # noqa: A002
) -> int:
    """Write the submission of a run: PRODUCT.yaml, a page of evidence per requirement, the run.

    The run is verified and judged again first. PASS becomes Implemented, FAIL Not Implemented,
    NOT_APPLICABLE N/A; what is open stays empty and is listed. Called again, it keeps what you
    edited. Exits with 1 when something failed, 2 when the official validator would refuse the
    result, 3 when the run is damaged.

    Parameters
    ----------
    run
        The run folder, for example runs/2026-11-25T10-00-00.
    checklist
        The official checklist of the cluster's version, for example AIConformance-1.37.yaml.
    out
        The submission's folder, for example v1.37/my-product.
    product
        A YAML file with the product's metadata. Without one, what the submission there says; in a
        new one you are asked, on a terminal.
    upstream_results
        A folder with results of the official suite (junit.xml, results.json, e2e.log).
    format
        text for people, json for programs.
    """
    from plimsoll.cli.submit_view import as_json, show
    from plimsoll.submission import checklist as read_checklist
    from plimsoll.submission import given
    from plimsoll.submit import Request, read_suite
    from plimsoll.submit import submit as write
    from plimsoll.text import path_text

    template = given(checklist, "give the official checklist, for example AIConformance-1.37.yaml")
    known = read_checklist(template, path_text(checklist))
    suite = read_suite(upstream_results) if upstream_results else None
    done = write(
        Request(
            run=run,
            checklist=known,
            template=template,
            metadata=_metadata(product, known, run, out),
            out=out,
            suite=suite,
        )
    )
    if format == "json":
        print(as_json(done))
    else:
        show(done)
    return done.exit_code


def _metadata(product: Path | None, checklist: Checklist, run: Path, out: Path) -> dict[str, str]:
    """Return the product's metadata: of its file, of the submission there, or by asking."""
    from plimsoll.errors import UsageError
    from plimsoll.submission import PRODUCT, given
    from plimsoll.submit import metadata_there, read_product
    from plimsoll.text import path_text

    if product is not None:
        content = given(product, "give a product file; docs/submit.md has an example")
        return read_product(content, path_text(product), checklist.version)
    if known := metadata_there(out / PRODUCT):
        return known
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "nothing says what the product is",
            next_step="give a product file with --product FILE; docs/submit.md has an example",
        )
    from plimsoll.cli.submit_prompts import ask
    from plimsoll.submit import refuse_unfit

    refuse_unfit(run, checklist)  # before a person has typed ten answers
    return ask()
