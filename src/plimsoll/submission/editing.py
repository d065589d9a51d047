"""Changing a YAML text where it must change, and nowhere else (pure).

An edit replaces characters of the text as the tree gave it, so comments, order, quotes and line
ends of everything else stay as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from plimsoll.submission.finding import Edit
from plimsoll.submission.tree import Mapping, Node, Scalar
from plimsoll.submission.tree import Sequence as YamlSequence


class EditError(ValueError):
    """What is there cannot be changed by an edit; the message says what it is."""


def quoted_text(text: str) -> str:
    """Return `text` as a double-quoted YAML scalar on one line; what it cannot hold is escaped.

    Half a surrogate pair, which no UTF-8 file can hold, becomes the replacement character.
    """
    yaml = YAML()
    yaml.width = 1 << 30
    stream = io.StringIO()
    clean = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    yaml.dump(DoubleQuotedScalarString(clean), stream)
    return stream.getvalue().removesuffix("\n")


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` after `edits`, whose places must not overlap; those at one place in order."""
    parts: list[str] = []
    end = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.start < end:
            raise EditError(f"edits overlap at character {edit.start}")
        parts += [text[end : edit.start], edit.text]
        end = edit.end
    return "".join((*parts, text[end:]))


def set_text(text: str, mapping: Mapping, key: str, value: str) -> list[Edit]:
    """Return the edits that make `value` the text under `key`; a missing key is added.

    Raises EditError where that cannot be done by an edit: an odd value, or a mapping in braces.
    """
    node = mapping.get(key)
    if node is None:
        return [_new_line(text, mapping, f"{key}: {quoted_text(value)}")]
    if not isinstance(node, Scalar):
        raise EditError(f"{key} is not a text")
    start, end = _extent(text, node)
    space = "" if start < end or text[start - 1 : start] in {" ", "\t"} else " "
    return [Edit(start, end, space + quoted_text(value))]


def set_list(text: str, mapping: Mapping, key: str, values: Sequence[str]) -> list[Edit]:
    """Return the edits that make `values` the list under `key`; entries that stay are not touched.

    Raises EditError where the value there is neither a list of texts nor empty.
    """
    node = mapping.get(key)
    if node is None:
        lines = [f"{key}:", *(f"  - {quoted_text(value)}" for value in values)]
        return [_new_line(text, mapping, *(lines if values else [f"{key}: []"]))]
    if isinstance(node, Scalar) and node.is_null:
        return _fill_empty(text, mapping, key, node, values)
    if not isinstance(node, YamlSequence):
        raise EditError(f"{key} is not a list")
    if not node.items and values:
        return _fill_empty(text, mapping, key, node, values)
    if node.flow:
        start, end = _extent(text, node)
        return [Edit(start, end, f"[{', '.join(map(quoted_text, values))}]")]
    edits = _change_lines(text, node, values)
    if values:
        return edits
    name = next(each for each, _ in mapping.scalars() if each.value == key)
    colon = text.index(":", name.end) + 1
    return [Edit(colon, colon, " []"), *edits]


def _change_lines(text: str, node: YamlSequence, values: Sequence[str]) -> list[Edit]:
    """Return edits of a list with a line for each entry: new ones in the place of old ones."""
    kept = [each.value for each in node.items if isinstance(each, Scalar)]
    fresh = [value for value in values if value not in kept]
    edits = []
    for each in node.items:
        if isinstance(each, Scalar) and each.value in values:
            continue
        start, end = _extent(text, each)
        if fresh:
            edits.append(Edit(start, end, quoted_text(fresh.pop(0))))
        else:
            first = text.rfind("\n", 0, start) + 1
            edits.append(Edit(first, min(_line_end(text, end) + 1, len(text)), ""))
    last = _extent(text, node.items[-1])[1]
    dash = " " * (node.place.column - 1) + "- "
    at = _line_end(text, last, before_return=True)
    new = "".join(f"{_break(text)}{dash}{quoted_text(value)}" for value in fresh)
    return [*edits, Edit(at, at, new)] if new else edits


def _fill_empty(
    text: str, mapping: Mapping, key: str, node: Scalar | YamlSequence, values: Sequence[str]
) -> list[Edit]:
    """Return the edits that make an empty list one of lines, which keep the key's comment."""
    if not values:
        return []
    start, end = _extent(text, node)
    column = next(name.place.column for name, _ in mapping.scalars() if name.value == key)
    at = _line_end(text, end, before_return=True)
    rest = text[end:at].strip()
    if rest and not rest.startswith("#"):
        space = "" if start < end else " "
        return [Edit(start, end, f"{space}[{', '.join(map(quoted_text, values))}]")]
    dash = f"{_break(text)}{' ' * (column + 1)}- "
    lines = "".join(dash + quoted_text(value) for value in values)
    blank = start - len(text[:start].rstrip(" \t"))
    return [Edit(start - blank, end, ""), Edit(at, at, lines)]


def _new_line(text: str, mapping: Mapping, *lines: str) -> Edit:
    """Return the edit that adds lines to a mapping, after its last entry with a plain end."""
    column = mapping.place.column - 1
    if mapping.end > mapping.start and text[mapping.start] == "{":
        raise EditError("the mapping is written in braces")
    last = mapping.items[-1][1]
    at = _line_end(text, _extent(text, last)[1], before_return=True)
    return Edit(at, at, "".join(f"{_break(text)}{' ' * column}{line}" for line in lines))


def _extent(text: str, node: Node) -> tuple[int, int]:
    """Return where a value stands, without the white space and comments that follow it."""
    if isinstance(node, Scalar):
        return node.start, node.start + len(text[node.start : node.end].rstrip())
    if isinstance(node, (Mapping, YamlSequence)):
        flow = text[node.start : node.start + 1] in {"[", "{"}
        inner: Node | None = None
        if isinstance(node, YamlSequence) and node.items and not flow:
            inner = node.items[-1]
        elif isinstance(node, Mapping) and node.items and not flow:
            inner = node.items[-1][1]
        return node.start, _extent(text, inner)[1] if inner is not None else node.end
    raise EditError("an alias is not changed")


def _line_end(text: str, start: int, *, before_return: bool = False) -> int:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return end - 1 if before_return and text[start:end].endswith("\r") else end


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
