"""The page shows every cell and finding, and text of a submission stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from plimsoll.audit.counts import count
from plimsoll.audit.model import Kind, SubmissionAudit
from plimsoll.audit.page import render
from plimsoll.submission import Severity
from tests.unit.audit.page.made import audit, cell, finding

HOSTILE = "<script>alert(1)</script>\"'></details>"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.unclosed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag in {"details", "section", "table", "ul", "svg", "script"}:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.unclosed and self.unclosed[-1] == tag:
            self.unclosed.pop()


def page(*audits: SubmissionAudit) -> str:
    return render(audits, count(audits)).decode()


def tags(text: str) -> Tags:
    parser = Tags()
    parser.feed(text)
    return parser


def test_every_finding_has_its_words_place_and_quote() -> None:
    made = cell("gang_scheduling", Kind.RUN, finding(Severity.ERROR))
    shown = page(audit("v1.34", "harbour", made))
    mark = '<span class="mark bad">contradicted</span> by run.log:7: skipped'
    for words in (mark, "run.log:7</code>", "--- SKIP: TestGang"):
        assert words in shown


def test_the_headline_counts() -> None:
    shown = page(audit("v1.34", "harbour", cell("a", Kind.RUN), cell("b", Kind.PROSE)))
    assert "<h1>1 of 2 claims are backed by a recorded run</h1>" in shown


def test_the_trend_has_a_row_per_version() -> None:
    made = [audit(each, "harbour", cell("a", Kind.RUN)) for each in ("v1.34", "v1.33")]
    shown = page(*made)
    assert re.findall(r'rowheader" scope="row">(v1\.\d+)', shown) == ["v1.33", "v1.34"]


def test_only_web_addresses_become_links() -> None:
    texts = ("https://docs.example.com/x", "javascript:alert(1)", "run.log", "data:text/html,x")
    made = [cell(f"r{number}", Kind.PROSE, text=each) for number, each in enumerate(texts)]
    links = tags(page(audit("v1.34", "harbour", *made))).links
    outside = [link for link in links if not link.startswith(("#", "data:image", "audit.json"))]
    assert outside == ["https://docs.example.com/x"]


def test_hostile_text_stays_text() -> None:
    told = finding(Severity.ERROR, HOSTILE)
    made = cell(HOSTILE, Kind.RUN, told, status=HOSTILE, level=HOSTILE, text=HOSTILE)
    hostile = replace(audit(HOSTILE, HOSTILE, made), vendor=HOSTILE, problems=(told,))
    plain = tags(page(audit("v1.34", "harbour", cell("a", Kind.RUN))))
    parsed = tags(page(hostile))
    assert parsed.tags.count("script") == plain.tags.count("script") == 1
    assert parsed.unclosed == []


def test_what_could_not_be_read_is_shown() -> None:
    told = finding(Severity.ERROR, "PRODUCT.yaml is not YAML")
    shown = page(replace(audit("v1.34", "harbour"), problems=(told,)))
    assert "PRODUCT.yaml is not YAML" in shown
    assert "1 unread" in shown


def test_an_audit_of_nothing_is_a_page() -> None:
    assert "0 of 0 claims are backed by a recorded run" in page()


def test_secrets_are_not_repeated() -> None:
    told = finding(Severity.NOTE, "token ghp_abcdefghijklmnopqrstuvwxyz0123")
    assert "ghp_" not in page(audit("v1.34", "harbour", cell("a", Kind.RUN, told)))


@given(st.text(), st.text())
def test_any_text_gives_a_page(name: str, what: str) -> None:
    told = finding(Severity.WARNING, what)
    shown = page(audit(name, what, cell(name, Kind.PROSE, told, text=what)))
    assert tags(shown).unclosed == []
