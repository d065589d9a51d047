"""The generated pages of docs/ are as `make docs` would write them."""

from __future__ import annotations

import pytest

from docs.generate import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_page_is_current(page: str) -> None:
    assert (DOCS / page).read_text() == PAGES[page]()
