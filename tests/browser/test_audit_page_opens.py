"""The page of an audit is read in a browser: it fits a phone, finds, and does without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.audit.counts import count
from plimsoll.audit.model import Kind
from plimsoll.audit.page import render
from plimsoll.submission import Severity
from tests.browser import chromium
from tests.browser.looks import FAINT, OUTSIDE
from tests.unit.audit.page.made import audit, cell, finding

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.path() is None, reason="there is no chromium here"),
]

IDS = ("gang_scheduling", "driver_runtime_management", "secure_accelerator_access")
LONG = "https://docs.example.com/" + "a-very-long-path-without-an-end/" * 8


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = [finding(severity) for severity in Severity]
    audits = [
        audit(version, name, *(cell(each, kind, *told, text=LONG) for each in IDS for kind in Kind))
        for version in ("v1.33", "v1.34", "v1.35")
        for name in ("harbour", "lagoon")
    ]
    broken = replace(audit("v1.35", "shoal"), problems=(told[0],))
    path = tmp_path_factory.mktemp("audit") / "index.html"
    path.write_bytes(render([*audits, broken], count([*audits, broken])))
    return path


@pytest.fixture(scope="module", params=[(1280, False), (390, True), (360, False)], ids=str)
def page(file: Path, request: pytest.FixtureRequest) -> Iterator[chromium.Page]:
    width, dark = request.param
    with chromium.page() as opened:
        opened.open(file, width=width, dark=dark, touch=width < 600)
        yield opened


def test_it_is_quiet_and_fits(page: chromium.Page, file: Path) -> None:
    assert page.complaints() == []
    assert page.requests() == [file.as_uri()]
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    assert page.evaluate(OUTSIDE) == []


def test_every_text_has_contrast(page: chromium.Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate(FAINT) == []


def test_the_filter_hides_what_does_not_match(page: chromium.Page) -> None:
    shown = "document.querySelectorAll('.product:not([hidden])').length"
    assert page.evaluate(shown) == 3
    page.evaluate(_type("lagoon"))
    assert page.evaluate(shown) == 1
    page.evaluate(_type("nothing is named so"))
    assert page.evaluate("document.querySelector('#shown').textContent") == "0 of 3 products"
    page.evaluate(_type(""))
    assert page.evaluate(shown) == 3


def test_a_link_to_a_product_opens_it(page: chromium.Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    page.evaluate("location.hash = document.querySelectorAll('.product')[1].id")
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    assert page.evaluate("document.querySelectorAll('.product')[1].open") is True


def test_without_script_everything_but_the_filter_is_there(file: Path) -> None:
    with chromium.page() as plain:
        plain.send("Emulation.setScriptExecutionDisabled", value=True)
        plain.open(file, width=1280)
        assert plain.evaluate("document.querySelectorAll('.product').length") == 3
        assert plain.evaluate("document.querySelector('.search').hidden") is True


def _type(words: str) -> str:
    box = "document.querySelector('#filter')"
    return f"{box}.value = {words!r}; {box}.dispatchEvent(new Event('input'))"
