"""Both sides of the boundary know the same settings: read from sources, tried on the extension."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from plimsoll.router import bootstrap as b
from plimsoll.router import settings as s
from plimsoll.router.plugins import PLUGINS, Plugin, built, defaults, fields
from plimsoll.router.presets import PRESETS, preset
from tests.unit.router.extension import plimsoll_router

SOURCES = Path(__file__).parents[3] / "dist" / "router" / "src"
PAIRS: dict[str, type[Struct]] = {
    "LiveSettings": s.LiveSettings,
    "EndpointSettings": s.EndpointSettings,
    "ProfileSettings": s.ProfileSettings,
    "RewriteSettings": s.RewriteSettings,
    "RewriteTarget": s.RewriteTarget,
    "ScrapeSettings": s.ScrapeSettings,
    "EngineMetrics": s.EngineMetrics,
    "IndexSettings": s.IndexSettings,
    "SessionSettings": s.SessionSettings,
    "PolicySettings": s.PolicySettings,
    "Bootstrap": b.BootstrapSettings,
    "TlsFiles": b.TlsSettings,
    "EndpointTls": b.EndpointTlsSettings,
    "Limits": b.LimitSettings,
    "LogSettings": b.LogSettings,
}
DOOR = b.BootstrapSettings(listen="127.0.0.1:0")


def rust_structs() -> dict[str, list[str]]:
    files = [*SOURCES.glob("core/settings.rs"), *SOURCES.glob("core/settings/*.rs")]
    text = "\n".join(path.read_text() for path in [*files, SOURCES / "doors" / "bootstrap.rs"])
    bodies = re.findall(r"pub struct (\w+) \{(.*?)\n\}", text, re.DOTALL)
    return {name: re.findall(r"^    pub (\w+):", body, re.MULTILINE) for name, body in bodies}


@pytest.mark.parametrize("name", PAIRS)
def test_fields_are_those_of_the_data_plane(name: str) -> None:
    assert sorted(rust_structs()[name]) == sorted(PAIRS[name].__struct_fields__)


def test_engines_are_those_of_the_data_plane() -> None:
    text = (SOURCES / "doors" / "scrape" / "engines.rs").read_text()
    (table,) = re.findall(r"const BUILT_IN.*?= \[(.*?)\];", text, re.DOTALL)
    assert tuple(re.findall(r'\("([^"]+)"', table)) == s.ENGINES


def live_settings() -> dict[str, s.LiveSettings]:
    """Return documents that together use every plugin and every field."""
    documents: dict[str, s.LiveSettings] = {"defaults": s.LiveSettings()}
    for name in PRESETS:
        decisions = preset(name).decisions
        assert decisions is not None
        documents[name] = decisions.live()
    made = [(plugin, _with_defaults(plugin)) for plugin in PLUGINS.values() if plugin.makes]
    for point in ("filter", "scorer", "picker"):
        for plugin, struct in made:
            if plugin.point == point:
                place = {"filter": "filters", "scorer": "scorers"}.get(point, point)
                parts: dict[str, Any] = {place: struct if point == "picker" else (struct,)}
                profile = s.ProfileSettings(**parts)
                documents[plugin.name] = s.LiveSettings(profiles={"default": profile})
    documents["everything else"] = s.LiveSettings(
        endpoints=(
            s.EndpointSettings(
                address="10.0.0.1:8000",
                url="http://10.0.0.1:8000",
                authority="engine.example:8000",
                labels={"llm-d.ai/role": "decode"},
                models=("m",),
                adapters=("a",),
                engine="mine",
                metrics_url="http://10.0.0.1:9000/metrics",
            ),
        ),
        handler=s.HeaderProfileHandler(profiles={"x": "default"}, default="default"),
        rewrites=(s.RewriteSettings(model="m", targets=(s.RewriteTarget(model="n"),)),),
        scrape=s.ScrapeSettings(engine="mine", engines={"mine": s.EngineMetrics(waiting="w")}),
        session=s.SessionSettings(header="x-session-token", token=True),
        seed=7,
    )
    return documents


def _with_defaults(plugin: Plugin) -> Struct:
    more: dict[str, object] = {"label": "zone"} if plugin.name == "by-label-filter" else {}
    if plugin.name == "header-profile-handler":
        more = {"default": "default"}
    return built(plugin, fields(plugin, defaults(plugin)) | more)


@pytest.mark.parametrize("name", live_settings())
def test_the_data_plane_takes_every_document(name: str) -> None:
    module = plimsoll_router()
    module.Router(s.to_json(DOOR), s.to_json(live_settings()[name]), None)


def test_the_data_plane_takes_the_whole_bootstrap() -> None:
    module = plimsoll_router()
    bootstrap = b.BootstrapSettings(
        listen="127.0.0.1:0",
        ext_proc="127.0.0.1:0",
        health="127.0.0.1:0",
        metrics="127.0.0.1:0",
        response_mode="full",
        log=b.LogSettings(level="warn", format="json"),
        metric_names="llm-d",
        workers=2,
    )
    module.Router(s.to_json(bootstrap), s.to_json(s.LiveSettings()), None)


def test_what_the_data_plane_refuses_is_a_sentence() -> None:
    module = plimsoll_router()
    wrong = s.PrefixCacheAffinityFilter(affinity_threshold=2)
    profile = s.ProfileSettings(filters=(wrong,))
    live = s.LiveSettings(profiles={"default": profile})
    with pytest.raises(module.SettingsError, match="must be from 0 to 1"):
        module.Router(s.to_json(DOOR), s.to_json(live), None)
