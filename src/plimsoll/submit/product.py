"""The product file: what a submission says of the product, given once and checked before use.

A small YAML file with the keys of the official template. What the linter would say of a value in
PRODUCT.yaml is said here, with line and column, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.lint import lint
from plimsoll.submission import METADATA, Folder, Loaded, Place, Submission, camel_case, parse
from plimsoll.submission.editing import quoted_text
from plimsoll.submission.model import OPTIONAL_METADATA
from plimsoll.submission.tree import BadYamlError, Mapping, Node, Scalar, read
from plimsoll.text import printable

VERSION_KEY = "kubernetesVersion"
"""Comes from the checklist; a product file may repeat it."""

ASKED = tuple(name for name in METADATA if name != VERSION_KEY)
"""The keys of a product file, in the order of the official template."""

OTHERS = frozenset({"configuration"})
"""What the file may say for `plimsoll check` alone."""

_LATER = frozenset({"reserved-host", "conformance-url-version"})
"""Rules of the linter that may be broken while one rehearses; it says so of the result."""

_EXAMPLE = "see docs/submit.md for an example"


class ProductError(PlimsollError):
    """The product file cannot be used; the message has a line for each problem."""

    exit_code = UsageError.exit_code


def problem(name: str, value: str) -> str:
    """Return what is wrong with `value` as the metadata `name`; empty when nothing is.

    The rules are the linter's, so that what passes here passes there.
    """
    if not value.strip():
        return "" if name in OPTIONAL_METADATA else f"`{name}` is empty"
    if printable(value) != value:
        return f"`{name}` holds control characters, or what looks like a secret"
    text = f"metadata:\n  {name}: {quoted_text(value)}\n"
    alone = Loaded(submission=parse(text.encode(), ""), folder=Folder(Path(), ""))
    place = alone.submission.fields[0].value.place
    for found in lint(alone):
        if found.place == place and found.rule not in _LATER:
            return "; ".join(words for words in (found.what, found.fix) if words)
    return ""


def read_product(data: bytes, path: str, version: str) -> dict[str, str]:
    """Return the metadata that a product file gives, by camelCase name, without empty ones.

    `version` is the checklist's, for example `v1.36`. An earlier PRODUCT.yaml serves as well: its
    `metadata` is taken, but for its version. Raises ProductError.
    """
    try:
        root = read(data, path).root
    except BadYamlError as error:
        raise ProductError(str(error), next_step=_EXAMPLE) from None
    if not isinstance(root, Mapping):
        place = root.place if root else Place(path)
        raise ProductError(f"{place}: it is not a mapping of keys to texts", next_step=_EXAMPLE)
    inner = root.get("metadata")
    given = inner if isinstance(inner, Mapping) else root
    found: dict[str, str] = {}
    same = "" if given is inner else version
    problems = [*_entries(given, same, found)]
    problems += [
        f"{given.place}: {name} is missing"
        for name in ASKED
        if name not in OPTIONAL_METADATA and not _named(given, name)
    ]
    if problems:
        raise ProductError("\n".join(problems), next_step=_EXAMPLE)
    return {name: found[name] for name in ASKED if found.get(name)}


def metadata_of(found: Submission) -> dict[str, str]:
    """Return the metadata of a submission that has all of it; else nothing."""
    values = {name: found.metadata(name) for name in ASKED}
    complete = not any(problem(name, value.strip()) for name, value in values.items())
    return {name: value for name, value in values.items() if value} if complete else {}


def write_product(values: dict[str, str]) -> bytes:
    """Return a product file that says `values`, in the order of the official template."""
    lines = [f"{name}: {quoted_text(values[name])}\n" for name in ASKED if values.get(name)]
    return "".join(lines).encode()


def _named(given: Mapping, name: str) -> bool:
    return any(camel_case(key.value) == name for key, _ in given.scalars())


def _entries(given: Mapping, version: str, found: dict[str, str]) -> Iterator[str]:
    """Put what is right into `found`; yield what is wrong."""
    for key, value in given.items:
        if not isinstance(key, Scalar):
            yield f"{key.place}: a key is not a text"
        elif key.value in found:
            yield f"{key.place}: {key.value} stands here twice"
        elif words := _key_problem(key.value):
            yield f"{key.place}: {words}"
        elif words := _value_problem(key.value, value, version):
            named = "" if key.value in words else f"{key.value}: "
            yield f"{value.place}: {named}{words}"
        elif isinstance(value, Scalar):
            found[key.value] = _text(value)


def _key_problem(name: str) -> str:
    if name in METADATA or name in OTHERS:
        return ""
    if camel_case(name) in METADATA:
        return f"write {name} as {camel_case(name)}, as in the official template"
    near = get_close_matches(camel_case(name), METADATA, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(ASKED)}"
    return f"{name} is no key of a submission's metadata; {hint}"


def _value_problem(name: str, value: Node, version: str) -> str:
    if name in OTHERS:
        return ""
    if not isinstance(value, Scalar):
        return "it is not a text"
    text = _text(value)
    if name == VERSION_KEY:
        if version in {"", text}:
            return ""
        return f"the checklist is for {version}; leave this key out"
    return problem(name, text)


def _text(value: Scalar) -> str:
    """Return what an entry says, without the line end that a block brings along."""
    if value.is_null:
        return ""
    return value.value.strip() if value.style in {"|", ">"} else value.value
