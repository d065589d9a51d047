"""What keeps a file, or a part of it, from being read at all."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.lint.context import Context, is_known
from plimsoll.lint.rule import Check, Hit, Source, rule
from plimsoll.submission import Finding, Severity
from plimsoll.submission.tree import Alias, Node, Scalar

_LOAD = "Error loading product"


def _told(identifier: str, *, official: str = "") -> Check:
    """Return the check that passes on what the reader stumbled on under this id."""

    def check(context: Context) -> Iterator[Hit]:
        for problem in context.submission.problems:
            if problem.rule == identifier:
                yield Hit(place=problem.place, what=problem.what, official=official)

    return check


rule(
    "yaml-broken",
    title="The file is YAML",
    why="nothing after the place can be read, by anybody",
    fix="mend the line that is named, or the one before it; indent with spaces, never tabs",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)(_told("yaml-broken", official=_LOAD))

rule(
    "yaml-too-large",
    title="The file is of a size that a person could have written",
    why="a checklist has about 10 kB; what is a hundred times larger is not read",
    fix="keep logs and results in files of their own and name them as evidence",
    severity=Severity.ERROR,
)(_told("yaml-too-large"))

rule(
    "yaml-too-deep",
    title="Values are nested as the template nests them",
    why="a checklist is four levels deep; what is far deeper is an accident or an attack",
    fix="go back to the official template",
    severity=Severity.ERROR,
)(_told("yaml-too-deep"))


@rule(
    "yaml-not-utf8",
    title="The file is UTF-8",
    why="other encodings show other letters to other readers, and the official validator stops",
    fix="save the file as UTF-8 without a byte order mark",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    for problem in context.submission.problems:
        if problem.rule == "yaml-not-utf8":
            # UTF-16 starts with a mark in its first byte, and the official validator reads that
            reads = problem.what.startswith("byte 0 ")
            yield Hit(place=problem.place, what=problem.what, official="" if reads else _LOAD)


@rule(
    "shape",
    title="Mappings, lists and texts are where the template has them",
    why="what has another shape is not read as what it was meant to be",
    fix="write it as in the official template",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)
def _(context: Context) -> Iterator[Hit]:
    nodes = {(node.place.line, node.place.column): node for node in context.nodes}
    for problem in context.submission.problems:
        if problem.rule != "shape":
            continue
        node = nodes.get((problem.place.line, problem.place.column))
        if not isinstance(node, Alias):
            yield Hit(
                place=problem.place,
                what=problem.what,
                requirement=problem.requirement,
                official=_objection(context, problem, node),
            )


def _objection(context: Context, problem: Finding, node: Node | None) -> str:
    """Return what the official validator says to a value of the wrong shape."""
    if isinstance(node, Scalar) and node.is_null and "entry of" in problem.what:
        return ""
    if problem.what.endswith("is missing") or (isinstance(node, Scalar) and node.is_null):
        section = "metadata" if "`metadata`" in problem.what else "spec"
        return f"Missing '{section}' section"
    if "`metadata." not in problem.what:
        return _LOAD
    field = next((each for each in context.submission.fields if each.value is node), None)
    return f"Metadata field {field.name} is not a string" if field and is_known(field) else ""
