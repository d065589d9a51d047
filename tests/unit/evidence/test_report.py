"""The HTML report: one file, bounded, escaped, without secrets, complete."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from plimsoll.evidence import html, judge_run
from plimsoll.evidence.view import EMBEDDED_CHARACTERS
from plimsoll.record import facts as kinds
from tests.unit.evidence.story import JUDGES, Story, small
from tests.unit.evidence.voyage import HOSTILE, troubled, voyage

VOID = {"meta", "link"}


def page(story: Story) -> str:
    record = story.record()
    return html.render(record, judge_run(record, JUDGES), judges=JUDGES).decode()


class Outline(HTMLParser):
    """Collects tags, attributes and text, and fails on a tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def test_tags_are_closed_in_order() -> None:
    assert Outline(page(voyage())).open == []


def test_it_refers_to_nothing_outside_its_folder() -> None:
    tags = Outline(page(voyage())).tags
    links = {str(attrs[name]) for _, attrs in tags for name in ("href", "src") if name in attrs}
    files = {"facts.jsonl", "manifest.json", "verdicts.json", "junit.xml", "results.json"}
    assert {link for link in links if not link.startswith(("#", "data:"))} == files
    assert [tag for tag, _ in tags if tag in {"script", "iframe", "img", "object", "form"}] == []
    assert [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)] == []
    assert "@import" not in page(voyage())
    assert "url(" not in page(voyage())


def test_only_its_own_style_may_run() -> None:
    tags = Outline(page(voyage())).tags
    policy = next(str(a["content"]) for _, a in tags if a.get("http-equiv"))
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )
    assert [attrs for _, attrs in tags if "style" in attrs] == []


def test_text_from_the_cluster_is_escaped_and_printable() -> None:
    text = page(voyage())
    assert "<script" not in text
    assert HOSTILE.replace("\x1b", "\ufffd") in Outline(text).text
    assert "\x1b" not in text


def test_it_shows_every_verdict_claim_and_reason() -> None:
    record = voyage().record()
    judgements = judge_run(record, JUDGES)
    text = Outline(page(voyage())).text
    for judgement in judgements:
        assert judgement.because in text
        assert all(found.because.replace("\x1b", "\ufffd") in text for found in judgement.findings)
        assert all(claim.title in text for claim in JUDGES.claims(judgement.requirement))


def test_conditions_of_the_run_are_shown() -> None:
    text = Outline(page(voyage())).text
    assert "2 foreign pods bound to node-1" in text
    assert "Pod unclaimed-env" in text
    assert 'violates PodSecurity "restricted"' in text
    assert "Harbour AI Platform 4.2" in text


def test_what_to_do_stands_beside_the_reason() -> None:
    text = Outline(page(troubled())).text
    table = text[text.index("Verdicts") : text.index("official conformance suite")]
    assert "Next: Give devices only to containers whose claim names them." in table
    assert "Next: Free fewer accelerators, or pass --max-accelerators 2." in table


def test_a_skipped_requirement_and_an_empty_one_have_a_report() -> None:
    story = Story(["dra_support", "gang_scheduling"])
    text = Outline(page(story)).text
    assert "0 of 2 requirements hold, 2\xa0could not be decided" in text


def test_what_looks_like_a_secret_is_not_shown() -> None:
    secret = "eyJhbGciOiJSUzI1NiIsImtpZCI6Ikx.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl"
    story = small()
    story.found("api-served", "held", f"Authorization: Bearer {secret} was sent")
    text = page(story)
    assert secret not in text
    assert "[secret removed]" in text


def test_a_report_of_a_long_run_stays_small() -> None:
    story = small()
    for number in range(400):
        fact = story.add(kinds.Observation, subject="round", data={"noise": "x" * 20_000})
        story.found("api-served", "held", f"round {number}", facts=[fact] * 30)
    assert len(page(story)) < 3 * EMBEDDED_CHARACTERS


def test_a_breach_that_does_not_decide_is_called_that() -> None:
    story = Story(("dra_support",))
    story.found("api-served", "held", "it is served")
    story.found("injected-is-allocated", "violated", "another device was inside")
    text = " ".join(Outline(page(story)).text.split())
    assert "1 violated beyond the checklist, 1 held" in text


def test_a_breach_that_decides_is_called_one() -> None:
    story = Story(("dra_support",))
    story.found("api-served", "violated", "it is not served")
    text = " ".join(Outline(page(story)).text.split())
    assert "1 violated" in text
    assert "violated beyond" not in text
