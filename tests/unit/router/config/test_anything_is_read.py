"""Whatever a file or a flag holds ends in settings or in sentences, never in another exception."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plimsoll.errors import UsageError
from plimsoll.router import endpoint_file, epp_config
from plimsoll.router.endpoint_spec import parse_flag
from plimsoll.router.explain import explanation
from plimsoll.router.plugins import PLUGINS
from plimsoll.router.rewrites import parse_rewrite
from plimsoll.router.settings import to_json
from tests.unit.router.config.configs import WHOLE

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

ENDPOINTS = "endpoints:\n- {url: 'http://a:1', models: [m], labels: {a: b}}\nrewrites: []\n"
words = st.sampled_from(
    ["null", "[]", "{}", "1", "-1", ".nan", "true", "''", "x", "&a x", "*a", "!!int x", "<<: {}"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def damaged(text: str, places: list[tuple[float, str]]) -> str:
    """Return the text with a word in the place of some of its own."""
    tokens = text.split(" ")
    for share, word in places:
        tokens[int(share * (len(tokens) - 1))] = word
    return " ".join(tokens)


damage = st.lists(st.tuples(st.floats(0, 1), words), max_size=4)


@example([(1.0, "&a x"), (0.5625, "&a x")])
@given(damage)
def test_damaged_configurations(places: list[tuple[float, str]]) -> None:
    config = epp_config.parse(damaged(WHOLE, places).encode(), "c")
    explanation(config)
    assert (config.decisions is None) == bool(config.errors)
    if config.decisions is not None:
        to_json(config.decisions.live())


@given(damage)
def test_damaged_files_of_endpoints(places: list[tuple[float, str]]) -> None:
    file = endpoint_file.parse(damaged(ENDPOINTS, places).encode(), "e")
    assert [each for each in file.findings if not each.what] == []


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    epp_config.parse(data, "c")
    endpoint_file.parse(data, "e")


@given(st.sampled_from(sorted(PLUGINS)), st.dictionaries(st.text(max_size=12), values, max_size=3))
def test_any_parameters_of_any_plugin(name: str, parameters: dict[str, object]) -> None:
    import json

    known = [each.name for each in PLUGINS[name].parameters]
    renamed = dict(zip([*known, *parameters], parameters.values(), strict=False))
    document = {
        "apiVersion": epp_config.API_VERSION,
        "kind": epp_config.KIND,
        "plugins": [{"type": name, "parameters": renamed}],
    }
    config = epp_config.parse(json.dumps(document).encode(), "c")
    assert (config.decisions is None) == bool(config.errors)


@pytest.mark.parametrize("parse", [parse_flag, parse_rewrite])
@given(st.text(max_size=40))
def test_any_flag(parse: object, text: str) -> None:
    assert callable(parse)
    with contextlib.suppress(UsageError):
        parse(text)


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    from plimsoll.errors import PlimsollError

    with pytest.raises(PlimsollError, match="Is a directory"):
        epp_config.load(tmp_path)
