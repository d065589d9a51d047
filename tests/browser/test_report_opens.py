"""A report is read in a browser: nothing complains, nothing is fetched, it fits a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.evidence import write_run
from tests.browser import chromium
from tests.browser.looks import FAINT, OUTSIDE
from tests.unit.evidence.story import JUDGES
from tests.unit.evidence.voyage import troubled

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.path() is None, reason="there is no chromium here"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = troubled().save(tmp_path_factory.mktemp("run"))
    write_run(folder, JUDGES)
    return folder / "report.html"


@pytest.fixture(scope="module", params=[(1280, False), (390, False), (360, True)], ids=str)
def page(report: Path, request: pytest.FixtureRequest) -> Iterator[chromium.Page]:
    width, dark = request.param
    with chromium.page() as opened:
        opened.open(report, width=width, dark=dark, touch=width < 600)
        yield opened


def test_it_is_quiet_complete_and_fits(page: chromium.Page, report: Path) -> None:
    assert page.complaints() == []
    assert page.requests() == [report.as_uri()]
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    assert page.evaluate(OUTSIDE) == []
    page.evaluate("document.querySelector('h2').style.width = '2000px'")
    assert len(page.evaluate(OUTSIDE)) == 1
    page.evaluate("document.querySelector('h2').style.width = ''")


def test_the_timeline_is_drawn(page: chromium.Page) -> None:
    assert page.evaluate("document.querySelectorAll('svg.track rect').length > 20") is True


def test_text_from_the_cluster_stays_text(page: chromium.Page) -> None:
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.body.textContent.includes('<script>alert(1)</script>')") is True


def test_every_text_has_contrast(page: chromium.Page) -> None:
    assert page.evaluate(FAINT) == []
    page.evaluate("document.querySelector('h2').style.color = 'rgb(128, 128, 128)'")
    assert len(page.evaluate(FAINT)) == 1
    page.evaluate("document.querySelector('h2').style.color = ''")
