"""Settings that the parameters of plugins make, wherever in a configuration the plugins stand."""

from __future__ import annotations

from typing import cast

import msgspec

from plimsoll.router.findings import Findings
from plimsoll.router.plugin_list import Plugins, PluginUse
from plimsoll.router.plugins.scorers import ENCODED_ENDPOINT
from plimsoll.router.settings import EngineMetrics, IndexSettings, SessionSettings


def index(plugins: Plugins, findings: Findings) -> IndexSettings:
    """Return what is remembered of prompts; complain about a second index."""
    uses = [u for u in plugins.values() if u.plugin.name == "approx-prefix-cache-producer"]
    for other in uses[1:]:
        findings.warning(
            other.place,
            f"{other.name} is a second prefix index; the sizes of {uses[0].name} are used",
            "keep one",
        )
    return index_settings(uses[0].given) if uses else IndexSettings()


def index_settings(given: dict[str, object]) -> IndexSettings:
    """Return the index that the parameters of an approx-prefix-cache-producer make."""
    base = IndexSettings()
    sizes = {
        name: value
        for name, value in given.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    block = sizes.get("blockSizeTokens", 0) or -(-sizes.get("blockSize", 0) // 4)
    block = block or base.block_size_tokens
    longest = sizes.get("maxPrefixTokensToMatch", base.max_prefix_tokens_to_match)
    if longest == 0:
        blocks = sizes.get("maxPrefixBlocksToMatch", 0)
        longest = blocks * max(block, 64) if blocks else 2**31 - 1
    return IndexSettings(
        block_size_tokens=block,
        lru_capacity_per_server=sizes.get("lruCapacityPerServer", 0)
        or base.lru_capacity_per_server,
        auto_tune=given.get("autoTune") is not False,
        max_prefix_tokens_to_match=longest,
    )


def engine(plugins: Plugins) -> str:
    """Return whose metric names endpoints use that name no engine; empty: it is not said."""
    for use in plugins.values():
        if use.plugin.name == "core-metrics-extractor" and "defaultEngine" in use.given:
            return str(use.given["defaultEngine"])
    return ""


def engines(plugins: Plugins) -> dict[str, EngineMetrics]:
    """Return the metric names of engines beyond the known ones."""
    for use in plugins.values():
        if use.plugin.name == "core-metrics-extractor":
            return msgspec.convert(use.given.get("engineConfigs", {}), dict[str, EngineMetrics])
    return {}


def session(plugins: Plugins) -> SessionSettings:
    """Return which header says a session, whether answers say it, and how long it is kept."""
    for use in plugins.values():
        if use.plugin.name == "session-affinity-scorer":
            seconds = cast("float", use.values["evictionTtlSeconds"])
            return SessionSettings(
                header=_header(use),
                ttl_ms=int(seconds * 1000),
                token=use.values["algorithm"] == ENCODED_ENDPOINT,
            )
    for use in plugins.values():
        if use.plugin.name == "session-id-producer":
            return SessionSettings(header=_header(use))
    return SessionSettings()


def _header(use: PluginUse) -> str:
    return str(use.values["headerName"]).lower()
