"""What the pages about routing show is run: policies decide, configurations read, documents fit."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from plimsoll.router import endpoint_file, epp_config
from plimsoll.router.bootstrap import BootstrapSettings
from plimsoll.router.settings import LiveSettings, to_json
from tests.unit.router.extension import plimsoll_router
from tests.unit.router.policy.view import View

DOCS = Path(__file__).parents[4] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def example(tmp_path: Path) -> ModuleType:
    path = tmp_path / "cheapest.py"
    path.write_text(blocks("route-policies.md", "python")[0])
    spec = spec_from_file_location("cheapest", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_worked_policy_prefers_what_is_cached(example: ModuleType) -> None:
    assert example.choose(View()) == 1


def test_the_worked_policy_avoids_a_queue(example: ModuleType) -> None:
    assert example.choose(View(waiting=[0.0, 9.0])) == 0


def test_the_worked_policy_leaves_short_prompts_alone(example: ModuleType) -> None:
    assert example.choose(View(prompt_tokens=10)) is None


def test_every_field_of_a_policy_s_view_is_listed() -> None:
    page = (DOCS / "route-policies.md").read_text()
    assert [name for name in View.__struct_fields__ if f"`{name}`" not in page] == []


@pytest.mark.parametrize("page", ["route-migration.md", "route-configuration.md"])
def test_configurations_can_be_used(page: str) -> None:
    configs = [epp_config.parse(block.encode(), page) for block in blocks(page, "yaml")]
    assert configs
    assert [str(each) for config in configs for each in config.findings] == []


def test_the_file_of_endpoints_can_be_read() -> None:
    file = endpoint_file.parse(blocks("route.md", "yaml")[0].encode(), "route.md")
    assert [str(each) for each in file.findings] == []
    assert len(file.endpoints) == 1


def test_documents_of_the_boundary_are_the_defaults() -> None:
    bootstrap, live = blocks("route-boundary.md", "json")
    assert msgspec.json.decode(bootstrap, type=BootstrapSettings) == BootstrapSettings(
        listen="127.0.0.1:0"
    )
    shown = msgspec.json.decode(live, type=LiveSettings)
    defaults = LiveSettings()
    for name in ("handler", "parsers", "scrape", "index", "session", "policy", "fallbacks", "pool"):
        assert getattr(shown, name) == getattr(defaults, name)


def test_the_data_plane_takes_the_documents_of_the_boundary() -> None:
    module = plimsoll_router()
    bootstrap, live = (block.encode() for block in blocks("route-boundary.md", "json"))
    module.Router(bootstrap, live, None)


def test_documents_name_every_field() -> None:
    bootstrap, live = blocks("route-boundary.md", "json")
    shown = msgspec.json.decode(bootstrap) | msgspec.json.decode(live)
    whole = msgspec.json.decode(to_json(BootstrapSettings()))
    whole |= msgspec.json.decode(to_json(LiveSettings()))
    assert sorted(shown) == sorted(whole)
