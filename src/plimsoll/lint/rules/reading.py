"""What keeps a file, or a part of it, from being read at all."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from plimsoll.lint import scalars
from plimsoll.lint.context import Context, Entry, is_known
from plimsoll.lint.official import LOAD
from plimsoll.lint.rule import Check, Hit, Source, rule
from plimsoll.lint.rules.values import is_web_address
from plimsoll.submission import PRODUCT, Edit, Finding, Severity
from plimsoll.submission.tree import Alias, Node, Scalar


def _told(identifier: str, *, official: str = "") -> Check:
    """Return the check that passes on what the reader stumbled on under this id."""

    def check(context: Context) -> Iterator[Hit]:
        for problem in context.submission.problems:
            if problem.rule == identifier:
                yield Hit(place=problem.place, what=problem.what, official=official)

    return check


rule(
    "file-unreadable",
    title="The file is one that can be read",
    why="nothing is known of this submission",
    fix="see to its rights, or put the file itself there",
    severity=Severity.ERROR,
)(_told("file-unreadable"))


@rule(
    "file-name",
    title="The file is named PRODUCT.yaml",
    why="the list of certified platforms is made of files of this name, letter by letter",
    fix="rename it",
)
def _(context: Context) -> Iterator[Hit]:
    name = posixpath.basename(context.submission.path)
    if name not in {"", PRODUCT} and context.submission.tree is not None:
        yield Hit(place=context.start, what=f"the file is named {name}")


rule(
    "yaml-broken",
    title="The file is YAML",
    why="nothing after the place can be read, by anybody",
    fix="mend the line that is named, or the one before it; indent with spaces, never tabs",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
)(_told("yaml-broken", official=LOAD))

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
            yield Hit(place=problem.place, what=problem.what, official="" if reads else LOAD)


@rule(
    "shape",
    title="Mappings, lists and texts are where the template has them",
    why="what has another shape is not read as what it was meant to be",
    fix="write it as in the official template",
    source=Source.OFFICIAL,
    severity=Severity.ERROR,
    mends=True,
)
def _(context: Context) -> Iterator[Hit]:
    nodes = {(node.place.line, node.place.column): node for node in context.nodes}
    alone = {entry.scalar.place: entry for entry in context.entries if _alone(entry)}
    for problem in context.submission.problems:
        if problem.rule != "shape":
            continue
        node = nodes.get((problem.place.line, problem.place.column))
        if not isinstance(node, Alias):
            entry = alone.get(problem.place)
            yield Hit(
                place=problem.place,
                what=problem.what,
                fix="write a list: with one entry, or `evidence: []` where there is none"
                if entry
                else "",
                requirement=problem.requirement,
                official=_objection(context, problem, node),
                edits=_enlisted(context, entry) if entry else (),
            )


def _alone(entry: Entry) -> bool:
    """Whether a text stands where a list of evidence belongs."""
    return entry.cell.node.get("evidence") is entry.scalar


def _enlisted(context: Context, entry: Entry) -> tuple[Edit, ...]:
    """Return the edit that makes a list of what is evidence; words are left to a person."""
    page = entry.reference.is_url and is_web_address(entry.scalar.value)
    return scalars.enlist(entry.scalar) if page or context.look(entry.path).exists else ()


def _objection(context: Context, problem: Finding, node: Node | None) -> str:
    """Return what the official validator says to a value of the wrong shape."""
    if isinstance(node, Scalar) and node.is_null and "entry of" in problem.what:
        return ""
    if problem.what.endswith("is missing") or (isinstance(node, Scalar) and node.is_null):
        section = "metadata" if "`metadata`" in problem.what else "spec"
        return f"Missing '{section}' section"
    if "`metadata." not in problem.what:
        return LOAD
    field = next((each for each in context.submission.fields if each.value is node), None)
    return f"Metadata field {field.name} is not a string" if field and is_known(field) else ""
