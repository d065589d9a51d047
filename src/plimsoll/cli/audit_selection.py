"""Which part of an audit is shown: by version, requirement and product.

What is asked for and is not there is a mistake of the caller, answered with what is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from msgspec.structs import replace

from plimsoll.audit.counts import version_order
from plimsoll.audit.model import SubmissionAudit
from plimsoll.errors import UsageError


def select(
    audits: Sequence[SubmissionAudit],
    *,
    version: str = "",
    requirements: Sequence[str] = (),
    products: Sequence[str] = (),
) -> list[SubmissionAudit]:
    """Return the audits, and of each the cells, that are asked for; without a wish all.

    Raises UsageError for a wish that no submission meets.
    """
    shown = list(audits)
    if version:
        shown = _of_version(shown, version)
    if products:
        shown = _of_products(shown, products)
    if requirements:
        shown = _of_requirements(shown, requirements)
    return shown


def _of_version(audits: Sequence[SubmissionAudit], version: str) -> list[SubmissionAudit]:
    found = re.fullmatch(r"v?(1\.\d+)", version.strip())
    known = sorted({each.version for each in audits if each.version}, key=version_order)
    if found is None or f"v{found[1]}" not in known:
        raise UsageError(
            f"no submission here is for the version {version!r}",
            next_step=f"choose from: {', '.join(known)}" if known else "leave --version out",
        )
    return [each for each in audits if each.version == f"v{found[1]}"]


def _of_products(
    audits: Sequence[SubmissionAudit], products: Sequence[str]
) -> list[SubmissionAudit]:
    names = [{name.casefold() for name in _names(each)} for each in audits]
    known = sorted({name for each in audits for name in _names(each)[:1]})
    wanted = {product.casefold() for product in products}
    for product in products:
        if not any(product.casefold() in each for each in names):
            raise _absent("no product here is named", "--product", product, known)
    return [audit for audit, own in zip(audits, names, strict=True) if own & wanted]


def _of_requirements(
    audits: Sequence[SubmissionAudit], requirements: Sequence[str]
) -> list[SubmissionAudit]:
    known = {cell.requirement for each in audits for cell in each.cells}
    for requirement in requirements:
        if requirement not in known:
            raise _absent(
                "no submission here has the requirement", "--requirement", requirement, known
            )
    cut = [
        replace(each, cells=tuple(cell for cell in each.cells if cell.requirement in requirements))
        for each in audits
    ]
    unread = [not each.cells for each in audits]
    return [each for each, broken in zip(cut, unread, strict=True) if each.cells or broken]


def _names(audit: SubmissionAudit) -> list[str]:
    return [name for name in (audit.product, audit.platform) if name]


def _absent(what: str, option: str, name: str, known: Iterable[str]) -> UsageError:
    listed = sorted(known)
    near = get_close_matches(name, listed, n=1)
    hint = f"did you mean {near[0]}?" if near else f"leave {option} out to see what there is"
    return UsageError(f"{what} {name!r}", next_step=hint)
