"""Files that cannot be read, or that parsers read in different ways."""

from __future__ import annotations

import os
from pathlib import Path

from plimsoll.submission.tree import DEEPEST, MOST_BYTES
from tests.unit.lint.cases.case import Case
from tests.unit.lint.product import text

_NOTES = 'notes: ""\n'


def _pipe(folder: Path) -> None:
    (folder / "PRODUCT.yaml").unlink()
    os.mkfifo(folder / "PRODUCT.yaml")


CASES = (
    Case(rule="file-name", name="Product.yml", says="Product.yml"),
    Case(rule="file-unreadable", scene=_pipe, says="it is not a regular file"),
    Case(
        rule="yaml-broken",
        change=(('platformName: "Harbour"', 'platformName: "Harbour'),),
        at="platformVersion",
        official=True,
    ),
    Case(
        rule="yaml-not-utf8",
        raw=text().encode().replace(b"Breakwater", b"Br\xe9akwater"),
        at="vendorName",
        official=True,
        fine=(("Breakwater", "Bréakwater"),),
    ),
    Case(rule="yaml-not-utf8", raw=text().encode("utf-16"), says="byte 0"),
    Case(rule="yaml-too-large", raw=text().encode() + b"#" * MOST_BYTES),
    Case(
        rule="yaml-too-deep",
        change=((_NOTES, "notes: " + "[" * DEEPEST + "]" * DEEPEST + "\n"),),
        at="[[[",
        fine=((_NOTES, "notes: [[[[]]]]\n"),),
    ),
    Case(rule="shape", raw=b"- a\n- list\n", official=True, at="- a"),
    Case(rule="shape", raw=b"", official=True),
    Case(
        rule="shape",
        change=(("metadata:", "metadatas:"),),
        at="metadatas",
        says="`metadata` is missing",
        official=True,
    ),
    Case(
        rule="shape",
        change=(('evidence:\n        - "ai_inference.md"', 'evidence: "ai_inference.md"'),),
        at='evidence: "ai_inference.md"',
        official=True,
    ),
    Case(
        rule="shape",
        change=(('platformName: "Harbour"', "platformName: [Harbour]"),),
        at="[Harbour]",
        official=True,
    ),
    Case(
        rule="shape",
        change=(('vendorName: "Breakwater"\n', 'vendorName: "Breakwater"\n  region: {eu: 1}\n'),),
        at="region",
    ),
    Case(rule="shape", change=(("  operator:\n", "  operator:\n    -\n"),), at="    -"),
    Case(
        rule="yaml-duplicate-key",
        change=(('platformName: "Harbour"\n', 'platformName: "A"\n  platformName: "B"\n'),),
        at='platformName: "B"',
        official=True,
    ),
    Case(
        rule="yaml-merge-key",
        change=(
            (_NOTES, 'notes: &n ""\n'),
            ("operator:\n    - id", "operator:\n    - <<: *n\n      id"),
        ),
        at="<<",
        official=True,
        fine=((_NOTES, 'notes: "<<"\n'),),
    ),
    Case(
        rule="yaml-alias",
        change=((_NOTES, 'notes: &n ""\n'), (_NOTES, "notes: *n\n")),
        at="*n",
        fine=((_NOTES, 'notes: "*n"\n'),),
    ),
    Case(
        rule="yaml-merge-key",
        change=(
            ("metadata:\n", "metadata: &m\n"),
            ("operator:\n    - id", "operator:\n    - <<: *m\n      id"),
        ),
        at="<<",
    ),
    Case(rule="yaml-alias", change=((_NOTES, "notes: *n\n"),), at="*n", official=True),
    Case(
        rule="yaml-anchor",
        change=((_NOTES, 'notes: &n ""\n'),),
        at="&n",
        fine=((_NOTES, 'notes: "&n"\n'),),
    ),
    Case(rule="yaml-tag", change=((_NOTES, 'notes: !mine ""\n'),), at="!mine", says="private"),
    Case(
        rule="yaml-ambiguous",
        change=((_NOTES, "notes: no\n"),),
        at="notes: no",
        fine=((_NOTES, 'notes: "no"\n'),),
    ),
    Case(rule="yaml-ambiguous", change=((_NOTES, "notes: 12:30:45\n"),), at="12:30:45"),
    Case(rule="yaml-ambiguous", change=((_NOTES, "notes: 010\n"),), at="010"),
    Case(
        rule="yaml-ambiguous",
        change=((_NOTES, "notes: 2026-11-30\n"),),
        says="a date",
        fine=((_NOTES, "notes: 2026-13-30\n"),),
    ),
    Case(
        rule="yaml-ambiguous",
        change=(('vendorName: "Breakwater"', "vendorName: On"),),
        at="vendorName: On",
        fine=(('vendorName: "Breakwater"', "vendorName: Onward"),),
    ),
    Case(
        rule="yaml-odd-key",
        change=((_NOTES, 'notes: ""\n      ? [a, b]\n      : c\n'),),
        at="[a, b]",
    ),
    Case(rule="yaml-documents", raw=text().encode() + b"---\nmore: true\n", says="2 documents"),
    Case(rule="yaml-byte-order-mark", raw=b"\xef\xbb\xbf" + text().encode(), at="A checklist"),
    Case(
        rule="yaml-tab",
        change=(('platformName: "Harbour"', 'platformName:\t"Harbour"'),),
        at="platformName",
        fine=(('platformName: "Harbour"', 'platformName: "Har\tbour" #\there'),),
    ),
    Case(
        rule="snake-case",
        change=(("websiteUrl", "website_url"),),
        at="website_url",
        fine=(('repoUrl: "https://github.com/breakwater/harbour"', "# repo_url: none"),),
    ),
    Case(
        rule="snake-case",
        change=(("schedulingOrchestration", "scheduling_orchestration"),),
        at="scheduling_orchestration",
    ),
)
