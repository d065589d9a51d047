"""What the parameters of a plugin must say together, and which of llm-d's values are not here."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.router.findings import Findings, did_you_mean
from plimsoll.router.plugins.scorers import SESSION_ALGORITHMS
from plimsoll.router.settings import ENGINES
from plimsoll.router.tree import Place

Check = Callable[[str, dict[str, object], Place, Findings], None]
"""Gets the plugin's name, its parameters with their defaults, its place and where to complain."""
_ENGINE_LABEL = "llm-d.ai/engine-type"


def _affinity(_: str, given: dict[str, object], place: Place, findings: Findings) -> None:
    source = given["ttftSource"]
    if source != "prefillThroughput":
        findings.error(
            place,
            f"ttftSource {source} is not implemented",
            "the nearest that is: prefillThroughput",
        )
    if given["peakPrefillThroughput"] == 0 and given["maxTTFTPenaltyMs"] != 0:
        findings.error(place, "peakPrefillThroughput is 0; it must be more than 0")


def _label(name: str, given: dict[str, object], place: Place, findings: Findings) -> None:
    if not given.get("label"):
        findings.error(place, f"{name} names no label", "write parameters.label")


def _session(_: str, given: dict[str, object], place: Place, findings: Findings) -> None:
    algorithm = given["algorithm"]
    if algorithm not in SESSION_ALGORITHMS:
        findings.error(
            place,
            f"algorithm {algorithm} is not implemented",
            did_you_mean(str(algorithm), SESSION_ALGORITHMS),
        )


def _engines(_: str, given: dict[str, object], place: Place, findings: Findings) -> None:
    label = given["engineLabelKey"]
    if label != _ENGINE_LABEL:
        findings.error(
            place,
            f"engineLabelKey {label} is not implemented",
            f"the nearest that is: {_ENGINE_LABEL}",
        )
    engines, default = given.get("engineConfigs"), given["defaultEngine"]
    known = {*ENGINES, *(engines if isinstance(engines, dict) else ())}
    if default not in known:
        findings.error(place, f"there is no engine {default}", did_you_mean(str(default), known))


CHECKS: dict[str, Check] = {
    "prefix-cache-affinity-filter": _affinity,
    "by-label-filter": _label,
    "session-affinity-scorer": _session,
    "core-metrics-extractor": _engines,
}
"""Checks by type of plugin."""
