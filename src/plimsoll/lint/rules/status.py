"""The status of each cell against its level, its notes and its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, left_open, unread
from plimsoll.lint.rule import Hit, Source, rule
from plimsoll.submission import Cell, Edit, Severity
from plimsoll.submission.tree import Scalar

STATUSES = ("Implemented", "Not Implemented", "Partially Implemented", "N/A")

_FOLDED = {re.sub(r"[^a-z]", "", status.lower()): status for status in STATUSES} | {
    "notapplicable": "N/A",
}
CONDITIONAL = {
    "cluster_autoscaling": "the platform provides a cluster autoscaler",
    "pod_autoscaling": "the platform supports the HorizontalPodAutoscaler",
}
"""MUSTs that apply under a condition, with it."""


@rule(
    "status-unknown",
    title="The status is one of the four that the programme knows",
    why="Implemented, Not Implemented, Partially Implemented or N/A, letter by letter; a SHOULD "
    "without evidence may stay empty",
    fix="write one of the four",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in _answered(context):
        if cell.status in STATUSES:
            continue
        what = f"`{cell.status}` is no status" if cell.status else "the status is empty"
        if not cell.status and cell.evidence and context.level(cell) == "SHOULD":
            what += ", and evidence is given"
        yield Hit(
            place=cell.where("status"),
            what=what,
            requirement=cell.id,
            quote=cell.status,
            official=f"Invalid status '{cell.status}' for '{cell.id}'"
            if context.counts(cell)
            else "",
            edits=_corrected(cell),
        )


def _answered(context: Context) -> Iterator[Cell]:
    """Yield the cells of the checklist that were not left open."""
    for cell in context.submission.cells:
        if context.item(cell) is None or unread(cell, "status") or unread(cell, "evidence"):
            continue
        if not left_open(cell, context.level(cell)):
            yield cell


def _corrected(cell: Cell) -> tuple[Edit, ...]:
    status = _FOLDED.get(re.sub(r"[^a-z]", "", cell.status.lower()))
    value = cell.node.get("status")
    return scalars.rewrite(value, status) if status and isinstance(value, Scalar) else ()


@rule(
    "must-not-implemented",
    title="Every MUST is Implemented",
    why="a platform that does not do it cannot be certified for this version; the programme's "
    "questions and answers permit N/A where the condition in the requirement does not hold, but "
    "its validator takes that for cluster_autoscaling alone, and only from v1.37 on",
    fix="finish it, or submit when it works; never write Implemented for what is not",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in _answered(context):
        if context.level(cell) != "MUST" or cell.status == "Implemented":
            continue
        condition = CONDITIONAL.get(cell.id) if cell.status == "N/A" else None
        accepted = condition and context.hybrid and cell.id == "cluster_autoscaling"
        if accepted:
            continue
        status = f"`{cell.status}`" if cell.status else "empty"
        yield Hit(
            place=cell.where("status"),
            what=f"`{cell.id}` is a MUST and its status is {status}",
            fix=f"N/A is right where this does not hold: {condition}. The validator refuses it "
            "all the same: give the reason in the notes and ask in the pull request"
            if condition
            else "",
            requirement=cell.id,
            quote=cell.status,
            official=f"Requirement '{cell.id}' is MUST level but status is '{cell.status}'"
            if context.counts(cell)
            else "",
        )


@rule(
    "must-not-applicable",
    title="N/A on a MUST is looked at by a person",
    why="the validator takes N/A for cluster_autoscaling from v1.37 on and asks the reviewer to "
    "check the reason",
    fix="say in the notes why the condition does not hold: that the platform has no autoscaler",
)
def _(context: Context) -> Iterator[Hit]:
    for cell in _answered(context):
        if cell.id == "cluster_autoscaling" and context.hybrid and cell.status == "N/A":
            yield Hit(
                place=cell.where("status"),
                what=f"`{cell.id}` is a MUST and is said not to apply",
                requirement=cell.id,
            )


@rule(
    "not-applicable-without-reason",
    title="N/A has its reason in the notes",
    why="without a reason nobody can tell what does not apply from what was not done",
    fix="write the reason into `notes`",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in _answered(context):
        if cell.status == "N/A" and not cell.notes.strip() and not unread(cell, "notes"):
            refused = context.counts(cell) and (context.hybrid or not cell.notes)
            yield Hit(
                place=cell.where("notes"),
                what=f"`{cell.id}` is N/A and the notes give no reason",
                requirement=cell.id,
                official=f"Notes required for '{cell.id}' when status is N/A" if refused else "",
            )


@rule(
    "implemented-without-evidence",
    title="What is Implemented has evidence",
    why="the programme asks for evidence that anyone can read; the validator does not look for it",
    fix="name the file or the page that shows it",
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in _answered(context):
        claimed = cell.status in {"Implemented", "Partially Implemented"}
        if not claimed or any(scalar.value.strip() for scalar in cell.evidence):
            continue
        link = re.search(r"https?://\S+", cell.notes)
        yield Hit(
            place=cell.where("evidence"),
            what=f"`{cell.id}` is {cell.status} and names no evidence",
            fix="the notes hold a link: move it to `evidence`" if link else "",
            requirement=cell.id,
            severity=None if context.level(cell) == "MUST" else Severity.WARNING,
        )


@rule(
    "evidence-blank",
    title="Evidence entries are not empty",
    why="an empty entry looks like evidence in a count and is none; one of spaces is looked for as "
    "a file",
    fix="remove the entry",
    source=Source.OFFICIAL,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        for scalar in cell.evidence:
            if not scalar.value.strip():
                refused = bool(scalar.value) and context.counts(cell)
                yield Hit(
                    place=scalar.place,
                    what="an evidence entry is empty",
                    requirement=cell.id,
                    official=f"Invalid evidence file for '{cell.id}'" if refused else "",
                    severity=Severity.ERROR if refused else None,
                )


@rule(
    "evidence-twice",
    title="A cell names each evidence once",
    why="the same entry twice shows nothing more",
    fix="remove one",
    severity=Severity.NOTE,
)
def _(context: Context) -> Iterator[Hit]:
    for cell in context.submission.cells:
        seen: set[str] = set()
        for scalar in cell.evidence:
            text = scalar.value.strip()
            if text and text in seen:
                yield Hit(
                    place=scalar.place,
                    what="this evidence is named above already",
                    requirement=cell.id,
                    quote=scalar.value,
                )
            seen.add(text)
