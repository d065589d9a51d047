"""How parsers read a scalar without quotes: the same text, different values (pure).

`go` is what the official validator sees (YAML 1.2 as Go's library has it), `classic` what a parser
of YAML 1.1 sees. A text that only one of them takes for a text is a trap.
"""

from __future__ import annotations

import re
from datetime import date

from plimsoll.submission import Edit
from plimsoll.submission.editing import quoted_text
from plimsoll.submission.tree import Scalar

_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ][\d:.]+ ?(Z|[-+]\d{1,2}(:?\d{2})?)?)?")
_CLASSIC_BOOLEAN = re.compile(r"y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")

CORE_TAGS = ("!!", "tag:yaml.org,2002:")
"""How the tags begin that every parser knows."""


def go(scalar: Scalar) -> str:
    """Return `text`, or what the official validator reads instead: `number`, `boolean`, `date`."""
    if scalar.style or scalar.tag:
        return _tagged(scalar.tag)
    value = scalar.value
    if _BOOLEAN.fullmatch(value):
        return "boolean"
    if _is_date(value):
        return "date"
    return "number" if _number(value) else "text"


def classic(scalar: Scalar) -> str:
    """Return `text`, or what a parser of YAML 1.1 reads instead."""
    read = go(scalar)
    if read != "text" or scalar.style or scalar.tag:
        return read
    if _CLASSIC_BOOLEAN.fullmatch(scalar.value):
        return "boolean"
    return "number" if _SIXTIES.fullmatch(scalar.value) else "text"


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    year, month, day = re.split(r"[Tt ]", value)[0].split("-")
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _number(value: str) -> bool:
    return any(form.fullmatch(value) for form in (_INTEGER, _FLOAT, _SPECIAL))


def _tagged(tag: str) -> str:
    kinds = {"int": "number", "float": "number", "bool": "boolean", "timestamp": "date"}
    start = next((each for each in CORE_TAGS if tag.startswith(each)), None)
    return "text" if start is None else kinds.get(tag.removeprefix(start), "text")


def shortest(value: str) -> str:
    """Return a decimal number as a program prints it, to show what is lost: 1.10 gives 1.1."""
    if not re.fullmatch(r"[-+]?\d{1,15}\.\d{1,15}", value):
        return value
    return repr(float(value))


def quote(scalar: Scalar) -> tuple[Edit, ...]:
    """Return the edit that puts a plain scalar of one line into quotes."""
    return (Edit(scalar.start, scalar.end, f'"{scalar.value}"'),)


def rewrite(scalar: Scalar, value: str) -> tuple[Edit, ...]:
    """Return the edit that gives a scalar another value in the same kind of quotes.

    None for blocks and for values that take more than one line.
    """
    if not _on_one_line(scalar) or not value.isprintable():
        return ()
    if scalar.style == "'":
        text = "'" + value.replace("'", "''") + "'"
    elif not scalar.style and re.fullmatch(r"[A-Za-z]([\w ./-]*[\w.])?", value):
        text = value
    else:
        text = quoted_text(value)
    return (Edit(scalar.start, scalar.end, text),)


def enlist(scalar: Scalar) -> tuple[Edit, ...]:
    """Return the edit that makes a scalar a list of one; none where `rewrite` has none."""
    if not _on_one_line(scalar) or not scalar.value.isprintable():
        return ()
    return (Edit(scalar.start, scalar.end, f"[{quoted_text(scalar.value)}]"),)


def _on_one_line(scalar: Scalar) -> bool:
    one = scalar.place.line == scalar.place.end_line
    return one and not scalar.tag and scalar.style not in {"|", ">"}
