"""Notes, or texts of evidence, that another vendor has in the same or nearly the same words.

It says who has the text for the earlier version, never who wrote it. The same text in one vendor's
products is nobody's matter, nor is what Plimsoll wrote of an intact run that lies beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from plimsoll.audit.across.contents import Contents
from plimsoll.audit.across.order import Told, before_whom
from plimsoll.audit.across.shelf import Entry, Seen
from plimsoll.audit.across.shingles import Near, near, shingles
from plimsoll.submission import Finding, Place, Severity, quoted

RULE = "copied-text"
ENDINGS = (".md", ".markdown", ".rst", ".txt", ".adoc")
LARGEST = 256 << 10
"""Bytes of an evidence file that is compared."""
MOST_SHINGLES = 500_000
"""Kept of all texts together, ten times what the real submissions need; texts beyond are left."""


class _Text(Struct, frozen=True, kw_only=True, eq=False):
    """A text that is compared; of its words only the hashes are kept."""

    entry: Entry
    cell: int
    place: Place
    quote: str
    path: str = ""
    """Empty for notes."""
    shingles: frozenset[int]

    @property
    def party(self) -> str:
        return self.entry.party or self.entry.product


def seen(entries: Sequence[Entry], contents: Contents) -> Iterator[Seen]:
    """Yield a finding for each text that another vendor has in nearly the same words."""
    texts = list(_compared(entries))
    partners: dict[int, dict[int, Near]] = defaultdict(dict)
    template = (cell.description for entry in entries for cell in entry.loaded.submission.cells)
    for pair in near([each.shingles for each in texts], [each.party for each in texts], template):
        one, other = texts[pair.one], texts[pair.other]
        if not _one_file(one, other, contents):
            partners[pair.one][pair.other] = pair
            partners[pair.other][pair.one] = pair
    for number, pairs in sorted(partners.items()):
        found = _finding(texts, number, pairs)
        if found is not None:
            text = texts[number]
            yield Seen(entry=text.entry.number, cell=text.cell, finding=found)


def _compared(entries: Sequence[Entry]) -> Iterator[_Text]:
    """Yield the texts that are long enough, until MOST_SHINGLES are kept."""
    kept = 0
    for text in (text for entry in entries for text in _texts(entry)):
        kept += len(text.shingles)
        if kept > MOST_SHINGLES:
            return
        if text.shingles:
            yield text


def _texts(entry: Entry) -> Iterator[_Text]:
    named: set[str] = set()
    generated = any(run.intact for run in entry.audit.runs)
    for number, cell in enumerate(entry.loaded.submission.cells):
        written = {"": cell.notes}
        for path in entry.paths(cell):
            written[path] = "" if path in named else _read(entry, path)
            named.add(path)
        for path, text in written.items():
            if not (generated and "plimsoll" in text.casefold()):
                yield _Text(
                    entry=entry,
                    cell=number,
                    place=entry.loaded.folder.place(path) if path else cell.where("notes"),
                    quote=quoted(text),
                    path=path,
                    shingles=shingles(text),
                )


def _read(entry: Entry, path: str) -> str:
    if not path.lower().endswith(ENDINGS) or entry.loaded.folder.look(path).size > LARGEST:
        return ""
    data = entry.loaded.folder.read(path)
    return data.decode("utf-8", errors="replace") if isinstance(data, bytes) else ""


def _one_file(one: _Text, other: _Text, contents: Contents) -> bool:
    """Tell whether both are files of the same bytes, of which another rule speaks."""
    digests = [contents.digest(each.entry, each.path) for each in (one, other)]
    return digests[0] != "" and digests[0] == digests[1]


def _finding(texts: Sequence[_Text], number: int, pairs: dict[int, Near]) -> Finding | None:
    text = texts[number]
    told = before_whom(text.entry, [texts[each].entry for each in pairs])
    if told is None:
        return None
    theirs = [each for each in pairs if texts[each].entry is told.other]
    best = max(theirs, key=lambda each: (pairs[each].share, -each))
    return _said(text, texts[best], pairs[best], told)


def _said(text: _Text, other: _Text, pair: Near, told: Told) -> Finding:
    much = (
        "word for word"
        if pair.equal
        else f"nearly word for word ({100 * pair.share:.0f} % of the shorter text's runs of words)"
    )
    what = f"{text.path} says" if text.path else "the notes say"
    return Finding(
        rule=RULE,
        severity=Severity.WARNING if told.earlier else Severity.NOTE,
        place=text.place,
        what=f"{what} {much} what {other.place} says; {told.words}",
        why="what was seen on one platform cannot have been seen word for word on another",
        fix="describe what was done on this platform",
        requirement=text.entry.loaded.submission.cells[text.cell].id,
        quote=text.quote,
    )
