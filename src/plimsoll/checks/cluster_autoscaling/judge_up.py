"""Judges the way up: a pod waits, a node comes, offers the accelerator, and the pod runs (pure)."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.checks.cluster_autoscaling import claims as c
from plimsoll.checks.cluster_autoscaling.applies import names
from plimsoll.checks.cluster_autoscaling.sightings import (
    AUTOSCALERS,
    BASELINE,
    GUESSED,
    TYPES,
    Bringing,
    bringings,
    brought,
    disturbed,
    is_node_ready,
    offered,
    said_of,
    second,
    slices_of,
)
from plimsoll.checks.judging import (
    Ruling,
    condition,
    held,
    is_ready,
    not_applicable,
    not_exercised,
    probe,
    timeout,
    undecided,
    undisturbed,
    violated,
)
from plimsoll.record import Record
from plimsoll.standard.verdicts import Outcome

_REACH = "see what the autoscaler says of the pod, and whether its pool may grow"


def _best(record: Record, judge: Callable[[Record, Bringing], Ruling]) -> Ruling:
    """Judge every ask that was tried: one that shows the claim is enough, all must break it."""
    found = [judge(record, bringing) for bringing in bringings(record)]
    if not found:
        return undecided("no pod was made to wait for a node: its stage was not reached")
    for outcome in (Outcome.HELD, Outcome.UNDECIDED):
        for ruling in found:
            if ruling.outcome is outcome:
                return ruling
    return found[-1]


def _scarcity(record: Record) -> Ruling:
    return _best(record, _scarcity_of)


def _scarcity_of(record: Record, bringing: Bringing) -> Ruling:  # noqa: ARG001
    owner = bringing.pod
    if owner is None:
        return undecided("the pod that should wait was not made", bringing.ask)
    said = str(condition(owner.last, "PodScheduled").get("message", ""))
    if bringing.waited is not None:
        text = condition(bringing.waited.object, "PodScheduled").get("message", "")
        return held(f"{owner.name} asks for {bringing.asked} and waited: {text}", bringing.waited)
    if bringing.bound is not None:
        return undecided(
            f"{owner.name} was bound to {bringing.bound.object['spec']['nodeName']} without "
            f"waiting for {bringing.asked}: one was free",
            bringing.bound,
            next_step="use what is free, or let the run hold it: --max-accelerators, --reserve 0",
        )
    return undecided(
        f"{owner.name} does not wait for {bringing.asked}; the scheduler says: {said or 'nothing'}",
        owner.events[-1],
        next_step="remove what else keeps it from a node, for example with --toleration",
    )


def _brings(record: Record) -> Ruling:
    undisturbed(record, BASELINE)
    return _best(record, _brings_of)


def _brings_of(record: Record, bringing: Bringing) -> Ruling:
    scarcity = _scarcity_of(record, bringing)
    if bringing.waited is None or bringing.pod is None:
        return scarcity
    if bringing.node is not None:
        return _came(record, bringing)
    if bringing.bound is not None:
        return undecided(
            f"{bringing.pod.name} was bound to a node of the start: an accelerator became free",
            bringing.bound,
        )
    if bringing.new:
        return undecided(
            f"{len(bringing.new)} node(s) came, but {bringing.pod.name} was never bound to one; a "
            "new node counts only with our pod on it",
            bringing.new[0].events[0],
            timeout(record, "node-offers", bringing.pod.name),
            next_step="see whether the new node offers the accelerator, and its taints "
            "(--toleration)",
        )
    return _none_came(record, bringing)


def _came(record: Record, bringing: Bringing) -> Ruling:
    node, bound, owner = bringing.node, bringing.bound, bringing.pod
    if node is None or bound is None or owner is None:
        return undecided("no node came", bringing.ask)
    others = disturbed(record, bringing.role)
    if others is not None:
        return undecided(
            f"{others.what} that lack the same: the node may have come for them", others
        )
    after = node.events[0].time - owner.events[0].time
    return held(
        f"{node.name} (uid {node.uid}) came {after:.0f} s after {owner.name}, which asks for "
        f"{bringing.asked} ({bringing.ask.found['basis']}), and {owner.name} was bound to it "
        f"after {bringing.seconds:.0f} s",
        bringing.waited,
        node.events[0],
        bound,
    )


def _none_came(record: Record, bringing: Bringing) -> Ruling:
    """Judge a pod that waited and brought nothing: who is to blame for that."""
    owner, seen = bringing.pod, record.discovered(AUTOSCALERS)
    stage = timeout(record, "node-comes", owner.name if owner else "")
    events, said = said_of(record, bringing.role)
    if stage is None or owner is None:
        return undecided("the pod did not wait until the deadline", bringing.ask)
    waited = f"no node came within {stage.seconds:.0f} s for {owner.name}"
    refused = next((e for e in events if e["means"] == "refused"), None)
    if refused is not None:
        text = f": {refused['text']}" if refused["text"] else ""
        return undecided(
            f"{waited}; the autoscaler was refused for want of {refused['outside']} "
            f"({refused['reason']}{text})",
            said,
            stage,
            next_step="ask for more quota, raise the pool's limit, or try another zone",
        )
    if any(event["means"] == "asked" for event in events):
        return undecided(
            f"{waited}, although the autoscaler had asked for one: the machine is the cloud's",
            said,
            stage,
            next_step="see what became of the machine, or wait longer with --timeout-factor",
        )
    if bringing.ask.found["basis"] == GUESSED:
        return undecided(
            f"{waited}, but {bringing.asked} is only what it is usually called",
            bringing.ask,
            stage,
            next_step="name what a new node offers with --resource or --device-class",
        )
    who = names(seen, certain=True) or "an autoscaler, by the user's word"
    words = "; ".join(event["text"] for event in events if event["text"])
    return violated(
        f"{waited}, which lacks {bringing.asked} ({bringing.ask.found['basis']}), although there "
        f"is {who}; it says of the pod: {words or 'nothing'}",
        bringing.waited,
        seen,
        said,
        stage,
        next_step=_REACH,
    )


def _advertises(record: Record) -> Ruling:
    return _best(record, _advertises_of)


def _advertises_of(record: Record, bringing: Bringing) -> Ruling:
    node = bringing.node or next(iter(bringing.new), None)
    if node is None:
        return undecided("no new node came", bringing.ask)
    count, event = offered(node, str(bringing.ask.found.get("resource", "")))
    if count:
        return held(
            f"{node.name} offers {count} {bringing.ask.found['resource']}, first seen "
            f"{max(0.0, event.time - node.events[0].time if event else 0.0):.0f} s after it came",
            node.events[0],
            event,
        )
    slices = slices_of(record, node)
    if slices and bringing.ask.found["way"] == "dra":
        return held(
            f"{node.name} has {len(slices)} ResourceSlice(s) with devices",
            *(entry.events[-1] for entry in slices),
        )
    return _offers_nothing(record, bringing)


def _offers_nothing(record: Record, bringing: Bringing) -> Ruling:
    node = bringing.node or bringing.new[0]
    ready = node.first(is_node_ready)
    stage = timeout(record, "node-offers", bringing.pod.name if bringing.pod else "")
    others = disturbed(record, bringing.role)
    if ready is None or stage is None or others is not None:
        return undecided(
            f"{node.name} was not watched being ready until the deadline"
            if others is None
            else f"{others.what} that lack the same: the node may have come for them",
            node.events[-1],
            stage,
            others,
        )
    return violated(
        f"{node.name} came, was ready, and {stage.seconds:.0f} s later still offers no "
        f"accelerator: {bringing.asked} is missing",
        node.events[0],
        ready,
        stage,
        next_step="see whether the driver of the accelerator is put onto new nodes",
    )


def _runs(record: Record) -> Ruling:
    bringing = brought(record)
    owner, node = bringing.pod, bringing.node
    if owner is None or node is None:
        return undecided("no pod was bound to a new node", bringing.ask)
    ready = owner.first(is_ready)
    if ready is None:
        return _does_not_run(record, bringing)
    after = ready.time - owner.events[0].time
    inside = probe(record, "wanting")
    runs = f"{owner.name} was ready on {node.name} {after:.0f} s after it was made"
    if inside is None:
        return held(f"{runs}; nobody looked into it", ready)
    shown = sorted({n["path"] for n in inside.data.get("nodes", []) if n["kind"] == "identity"})
    shown += inside.data.get("identities", [])
    if shown:
        return held(f"{runs} and has {', '.join(map(str, shown))}", ready, inside)
    if bringing.ask.found.get("nodes_known"):
        return violated(
            f"{runs}, and there is no accelerator in it",
            ready,
            inside,
            next_step="see whether the node's driver gives devices to pods, or only announces them",
        )
    return held(f"{runs}; which devices it must have is not known", ready, inside)


def _does_not_run(record: Record, bringing: Bringing) -> Ruling:
    owner = bringing.pod
    name = owner.name if owner else ""
    pull, start = timeout(record, "image-pull", name), timeout(record, "start", name)
    stage = pull or start
    if stage is None or stage.outside:
        what = f": {stage.waiting_on}" if stage else ""
        return undecided(
            f"{name} was bound to the new node and was not seen running{what}",
            bringing.bound,
            stage,
        )
    return violated(
        f"{name} was bound to the new node and does not run after {stage.seconds:.0f} s "
        f"({stage.waiting_on})",
        bringing.bound,
        stage,
        next_step="look at the pod's events: the new node cannot start it",
    )


def _every_type(record: Record) -> Ruling:
    types = record.discovered(TYPES)
    known = types.found.get("types", []) if types else []
    if len(known) < 2:
        return not_applicable(f"one type of accelerator was seen: {', '.join(known)}", types)
    bringing = second(record)
    if bringing is None:
        return not_exercised(
            f"{len(known)} types are offered ({', '.join(known)}) and one was tried",
            types,
            next_step="--thorough tries another one, which can cost money",
        )
    ruling = _brings_of(record, bringing)
    if ruling.outcome is not Outcome.HELD:
        return ruling
    return _advertises_of(record, bringing)


UP_JUDGES: dict[str, Callable[[Record], Ruling]] = {
    c.SCARCITY: _scarcity,
    c.BRINGS: _brings,
    c.ADVERTISES: _advertises,
    c.RUNS: _runs,
    c.EVERY_TYPE: _every_type,
}
