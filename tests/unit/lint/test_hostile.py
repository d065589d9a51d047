"""Whatever a file holds, linting it ends soon and with findings, never with a traceback."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from plimsoll.lint.anchors import page
from plimsoll.submission.editing import quoted_text
from tests.unit.lint.product import findings, official, text, write

_WORDS = st.sampled_from(
    ("metadata", "spec", "operator", "id", "status", "evidence", "notes", "N/A", "Implemented")
) | st.sampled_from(
    ("websiteUrl", "website_url", "MUST", "robust_controller", "a.md#x", "../..", "https://[", "<<")
)
_SCALARS = _WORDS | st.text(max_size=8) | st.integers() | st.floats() | st.booleans() | st.none()
_YAML = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_WORDS, inner), max_leaves=20
)


@given(data=st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    findings(write(tmp_path_factory.mktemp("any"), data, evidence=False), official())


@given(
    top=st.dictionaries(
        st.sampled_from(["metadata", "spec", "other"]), st.dictionaries(_WORDS, _YAML)
    )
)
@settings(max_examples=60, deadline=None)
def test_any_values(top: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    stream = io.StringIO()
    YAML(typ="safe").dump(top, stream)
    path = write(tmp_path_factory.mktemp("any"), stream.getvalue(), evidence=False)
    findings(path, official())


@given(content=st.text(alphabet="abc:-\"'#&*!|>{}[],?%@`\n\t ~<1._", max_size=80))
@settings(max_examples=200, deadline=None)
@example(
    content="metadata: &a {b: *a}\nspec: {operator: [{id: robust_controller, evidence: *a}]}\n"
)
def test_any_text_like_yaml(content: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    findings(write(tmp_path_factory.mktemp("any"), content, evidence=False), official())


@given(entries=st.lists(st.text(max_size=30), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_evidence(entries: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    listed = ", ".join(map(quoted_text, entries))
    content = text("v1.37").replace('- "gang_scheduling.md"', f"- {quoted_text(listed)}")
    content = content.replace('\n        - "ai_inference.md"', f" [{listed}]")
    findings(write(tmp_path_factory.mktemp("any"), content, version="v1.37", evidence=False))


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (BOMB, "yaml-alias"),
        ("[" * 100_000, "yaml-too-deep"),
        ("- " * 100_000, "yaml-too-deep"),
        ("x\n" * 600_000, "yaml-too-large"),
        ("- x\n" * 100_000, "yaml-too-large"),
        ("metadata:\n" + "  website_url: 1\n" * 9_000, "yaml-duplicate-key"),
        ("spec:\n  operator:\n" + "    - id: x\n" * 6_000, "requirement-unknown"),
        (
            "spec:\n  operator:\n    - id: robust_controller\n      evidence:\n"
            + "".join(f"        - x{n}.md#a\n" for n in range(9_000)),
            "evidence-missing",
        ),
        ("metadata:\n" + "  a: b\t#\n" * 9_000, "yaml-tab"),
    ],
    ids=["bomb", "brackets", "dashes", "long", "many", "keys", "cells", "evidence", "tabs"],
)
def test_a_file_made_to_cost_time_costs_little(content: str, rule: str, tmp_path: Path) -> None:
    path = write(tmp_path, content)
    start = time.process_time()
    found = {each.rule for each in findings(path, official())}
    assert rule in found
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "markdown", ["[" * 500_000, "> " * 200_000, "# " + "*" * 500_000, "<a" * 400_000, "`" * 900_000]
)
def test_a_page_made_to_cost_time_costs_little(markdown: str) -> None:
    start = time.process_time()
    page(markdown)
    assert time.process_time() - start < 20


def test_no_finding_is_longer_than_a_paragraph(tmp_path: Path) -> None:
    long = text().replace("gang_scheduling.md", "x" * 50_000).replace("Implemented", "y" * 50_000)
    found = findings(write(tmp_path, long))
    parts = [part for each in found for part in (each.what, each.fix, each.quote, each.official)]
    assert max(map(len, parts)) <= 400
