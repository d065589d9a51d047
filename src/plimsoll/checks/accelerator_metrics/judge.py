"""Judges `accelerator_metrics`: what is exported and for whom here, what moves in its neighbour.

Pure. An endpoint that nobody claims to be for accelerators is never judged; one that is known, that
the user named, or whose series carry the inventory's identities is in charge of its node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plimsoll.checks.accelerator_metrics.claims import CLAIMS
from plimsoll.checks.accelerator_metrics.judge_load import LOAD_JUDGES
from plimsoll.checks.accelerator_metrics.judge_moves import by_rule
from plimsoll.checks.accelerator_metrics.trace import MEMORY, UTILISATION
from plimsoll.checks.judging import (
    Ruling,
    SettledEarly,
    held,
    not_exercised,
    rule,
    undecided,
    unknown,
    violated,
)
from plimsoll.record import Finding, Record
from plimsoll.record.facts import Discovered, Json, Observation

_RANGES: dict[str, tuple[float, float]] = {
    UTILISATION: (0.0, 1.0),
    "temperature": (-50.0, 150.0),
    "power": (0.0, 20_000.0),
}
_SLACK = 1e-6


def judge(record: Record) -> Iterator[Finding]:
    """Yield exactly one finding per claim."""
    judges: dict[str, Callable[[Record], Ruling]] = {
        "standard-format": _standard_format,
        "series-per-accelerator": _series_per_accelerator,
        "every-node-has-endpoint": _every_node,
        "identities-match-inventory": _identities,
        "values-in-range": _in_range,
        **LOAD_JUDGES,
    }
    yield from rule(CLAIMS, judges, record)


def _scrapes(record: Record, phase: str = "") -> list[Observation]:
    found = record.of(Observation, subject="scrape")
    return [fact for fact in found if not phase or fact.data.get("phase") == phase]


def _read(record: Record, phase: str = "") -> list[Observation]:
    """Return the scrapes that were answered with a page; undecided when there is none."""
    found = _scrapes(record, phase)
    pages = [fact for fact in found if not fact.data.get("error")]
    if not pages:
        why = [str(fact.data["error"].get("message", "")) for fact in found[:1]]
        raise SettledEarly(
            undecided(
                "no endpoint could be read" + (f": {why[0]}" if why else ""),
                *found[:1],
                next_step="see whether the exporter listens on its pod's address and lets the API "
                "server through; or name it with --accelerator-metrics",
            )
        )
    return pages


def _endpoints(record: Record) -> dict[str, Json]:
    fact = record.discovered("endpoints")
    entries: list[Json] = fact.found.get("endpoints", []) if fact else []
    return {entry["node"]: entry for entry in entries}


def _nodes(record: Record) -> tuple[Discovered, list[Json]]:
    fact = record.discovered("accelerator")
    if fact is None or not fact.found.get("nodes"):
        raise SettledEarly(undecided("no node with accelerators was found", fact))
    nodes: list[Json] = fact.found["nodes"]
    return fact, nodes


def _standard_format(record: Record) -> Ruling:
    pages = _read(record)
    broken = [fact for fact in pages if fact.data.get("malformed")]
    if broken:
        said = broken[0].data["malformed"]
        return violated(
            f"{len(broken)} of {len(pages)} pages are malformed; on {broken[0].data['node']} "
            f"line {said['line']}: {said['why']}: {said['text']!r}",
            *broken[:3],
            next_step="`promtool check metrics` says the same of the page",
        )
    nodes = {fact.data["node"] for fact in pages}
    return held(
        f"all {len(pages)} pages, of {len(nodes)} nodes, are in the format", pages[0], pages[-1]
    )


def _series_per_accelerator(record: Record) -> Ruling:
    pages = [fact for fact in _read(record) if not fact.data.get("malformed")]
    best: tuple[int, Observation | None] = (0, None)
    for fact in pages:
        devices: list[Json] = fact.data.get("devices") or []
        both = sum({UTILISATION, MEMORY} <= each["values"].keys() for each in devices)
        best = max(best, (both, fact), key=lambda entry: entry[0])
    if best[1] is not None:
        return held(
            f"{best[0]} accelerators of {best[1].data['node']} have a utilisation and a used "
            f"memory each, told apart by the label {best[1].data['label']}",
            best[1],
        )
    keyed = [fact for fact in pages if fact.data.get("devices")]
    if keyed:
        return _other_names(record, keyed)
    return _no_series(record, pages)


def _other_names(record: Record, keyed: list[Observation]) -> Ruling:
    """Judge series that are keyed by accelerators and have names that nobody knows."""
    responding = by_rule(record)
    if len(responding) >= 2:
        return held(
            f"by the generic rule: {', '.join(responding[:4])} are keyed by accelerators and "
            "follow the load",
            keyed[0],
        )
    names = sorted({name for each in keyed[0].data["devices"] for name in each["values"]})
    return unknown(
        f"the series of accelerators have no names that are known: {', '.join(names[:6])}",
        keyed[0],
        next_step="two gauges that follow a load would do: see --load-image; or add the "
        "exporter's names to the catalogue",
    )


def _no_series(record: Record, pages: list[Observation]) -> Ruling:
    endpoints = _endpoints(record)
    in_charge = [f for f in pages if f.data["node"] in endpoints]
    waiting = [f for f in in_charge if not endpoints[f.data["node"]].get("idle_series", True)]
    if not in_charge or (waiting and not record.of(Observation, subject="load")):
        return undecided(
            "no series of accelerators was seen, and none is expected while nothing runs on them",
            *pages[:1],
            next_step="give a load: --load-image IMAGE",
        )
    endpoint = endpoints[in_charge[0].data["node"]]
    described = " (it has HELP and TYPE lines)" if endpoint.get("described") else ""
    return violated(
        f"{endpoint['title']} on {endpoint['node']} answers with a page{described} that has no "
        f"value of any accelerator; so do all {len(in_charge)} pages",
        *in_charge[:3],
        next_step="see the exporter's log: it has found no accelerator, or may not read it",
    )


def _every_node(record: Record) -> Ruling:
    fact, nodes = _nodes(record)
    survey = {scrape.data["node"]: scrape for scrape in _scrapes(record, "survey")}
    names = [str(entry["node"]) for entry in nodes]
    absent = [name for name in names if name not in survey]
    failing = [n for n in names if n in survey and survey[n].data.get("error")]
    if len(absent) + len(failing) == len(names):
        return undecided("no node's endpoint could be read", fact, *list(survey.values())[:1])
    refused = [name for name in failing if _answered(survey[name])]
    if absent or refused:
        parts = [f"{', '.join(absent)}: no endpoint"] if absent else []
        parts += [f"{name}: answers {survey[name].data['error']['code']}" for name in refused]
        return violated(
            f"{len(absent) + len(refused)} of {len(names)} nodes with accelerators have no "
            f"metrics: {'; '.join(parts)}",
            fact,
            *(survey[name] for name in refused),
            next_step="see why the exporter's DaemonSet does not serve there: taints, selectors, "
            "its log",
        )
    if failing:
        return undecided(
            f"the endpoint of {', '.join(failing)} could not be reached: "
            f"{survey[failing[0]].data['error']['message']}",
            *(survey[name] for name in failing),
        )
    return held(f"all {len(names)} nodes with accelerators have an endpoint", fact)


def _answered(scrape: Observation) -> bool:
    """Tell whether an error is the exporter's own answer, not one of what lies between."""
    return 400 <= int(scrape.data["error"].get("code") or 0) < 500


def _identities(record: Record) -> Ruling:
    fact, nodes = _nodes(record)
    pages = {
        page.data["node"]: page
        for page in _read(record, "survey")
        if page.data.get("devices") and not page.data.get("malformed")
    }
    if not pages:
        return undecided("no page has series of accelerators to compare", fact)
    endpoints, open_ruling = _endpoints(record), None
    for entry in nodes:
        page = pages.get(entry["node"])
        if page is None:
            continue
        compare = _by_identity if entry.get("devices") else _by_count
        ruling = compare(fact, entry, page, endpoints.get(entry["node"], {}))
        if ruling is not None and ruling.outcome == "violated":
            return ruling
        open_ruling = open_ruling or ruling
    if open_ruling is not None:
        return open_ruling
    total = sum(len(page.data["devices"]) for page in pages.values())
    return held(
        f"the {total} accelerators in the metrics of {len(pages)} nodes are those of the "
        "inventory, each once",
        fact,
        *list(pages.values())[:3],
    )


def _by_identity(fact: Discovered, entry: Json, page: Observation, endpoint: Json) -> Ruling | None:
    """Compare a page with the published identities; None when they are the same."""
    wanted = set(entry["devices"])
    told: list[Json] = page.data["devices"]
    named = {each["device"] for each in told if each["known"]}
    strange = [each["device"] for each in told if not each["known"]]
    if not named and not endpoint.get("publishes_identity"):
        return unknown(
            f"the label {page.data['label']} tells {len(told)} accelerators of {entry['node']} "
            f"apart by words that the inventory's {len(wanted)} do not have",
            fact,
            page,
            next_step="let the driver publish a UUID or PCI address that the exporter has, too",
        )
    missing = sorted(wanted - named)
    if not missing and not strange:
        return None
    parts = [f"{', '.join(missing)} not in the metrics"] if missing else []
    parts += [f"{len(strange)} in the metrics that the inventory does not have"] if strange else []
    return violated(
        f"{entry['node']}: {'; '.join(parts)}",
        fact,
        page,
        next_step="see whether exporter and driver look at the same devices",
    )


def _by_count(fact: Discovered, entry: Json, page: Observation, endpoint: Json) -> Ruling | None:
    """Compare numbers where a device plugin does not publish identities."""
    told = len(page.data["devices"])
    if told == entry["count"]:
        return None
    words = f"{entry['node']} offers {entry['count']} accelerators, its metrics tell of {told}"
    if entry.get("shared") or not endpoint.get("publishes_identity"):
        return undecided(f"{words}; what it offers may be shares of a device", fact, page)
    return violated(words, fact, page)


def _in_range(record: Record) -> Ruling:
    pages = [fact for fact in _read(record) if fact.data.get("devices")]
    checked = 0
    for fact in pages:
        for each in fact.data["devices"]:
            checked += len(each["values"])
            if wrong := _out_of_range(each):
                return violated(
                    f"{each['device']} on {fact.data['node']}: {wrong}",
                    fact,
                    next_step="a value that is not known must be left out, not written as a number",
                )
    roles = {role for fact in pages for each in fact.data["devices"] for role in each["values"]}
    if not checked:
        return undecided("no value of any accelerator was read")
    if not roles & {*_RANGES, MEMORY}:
        return not_exercised("the names of the series are not known, nor what their values may be")
    return held(f"all {checked} values are in range", pages[0], pages[-1])


def _out_of_range(device: Json) -> str:
    """Return what is wrong with one accelerator's values, or nothing."""
    strange: dict[str, str] = device.get("not_numbers") or {}
    if strange:
        name, value = next(iter(strange.items()))
        return f"{name} is {value}"
    values: dict[str, float] = device["values"]
    for role, (least, most) in _RANGES.items():
        if role in values and not least - _SLACK <= values[role] <= most + _SLACK:
            return f"{role} is {values[role]:g}, outside {least:g} to {most:g}"
    used, total = values.get(MEMORY), values.get("memory_total")
    if used is not None and used < 0:
        return f"used memory is {used:g} bytes"
    if used is not None and total is not None and used > total * (1 + _SLACK):
        return f"used memory is {used:.3g} bytes of {total:.3g}"
    return ""
