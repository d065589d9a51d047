"""A plan as lines of text for people, 80 columns wide.

Says of each check what it would create, with which rights, what each claim needs to be decided,
and which tests the programme itself has for the requirement. Nothing is asked of a cluster.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from plimsoll import checks
from plimsoll.harness.needs import Demand, Rule, Scarcity
from plimsoll.harness.plan import Plan, PlannedCheck
from plimsoll.standard.official import OFFICIAL, SUITES, OfficialTest
from plimsoll.standard.requirements import REQUIREMENTS

WIDTH = 80


def plan_lines(
    plan: Plan, *, skipped: dict[str, str], limit: int | None, reserve: float, whole: bool
) -> Iterator[str]:
    """Yield the plan: `limit` accelerators at most, `reserve` (a share) of the free ones kept.

    `whole` adds the requirements that are not in the plan, with their official tests.
    """
    yield f"Plan for checklist {plan.standard}: about {plan.minutes:g} minutes in all."
    yield "Nothing is created now, and what is named here is removed at the end of a run."
    for check in plan.checks:
        yield ""
        yield from _check(check, plan.standard, limit=limit, reserve=reserve)
    for identifier, reason in skipped.items():
        yield ""
        yield from _wrapped(f"{identifier}: skipped, {reason}")
    if whole:
        named = {check.requirement for check in plan.checks} | skipped.keys()
        yield from _others((name for name in REQUIREMENTS if name not in named), plan.standard)
    yield ""
    yield "Rights of every check:"
    yield from _rules(plan.harness_rules)
    yield ""
    yield from _suites()
    yield ""
    yield "`plimsoll check --rbac` prints the rights as a manifest."


def _check(
    check: PlannedCheck, standard: str, *, limit: int | None, reserve: float
) -> Iterator[str]:
    yield _heading(check.requirement, standard)
    alone = ", alone on the cluster" if check.exclusive else ""
    yield f"  about {check.minutes:g} min, up to {check.accelerators} accelerators{alone}"
    yield "  creates:"
    for planned in check.objects:
        text = f"{planned.count:>3} x {planned.kind} ({planned.scope}): {planned.purpose}"
        yield from _wrapped(text, "    ", "          ")
    yield "  rights beyond those of every check:"
    yield from _rules(check.rules)
    yield "  to be decided, the claims need:"
    for demand in check.demands:
        yield from _wrapped(f"{_amount(demand, reserve)}:", "    ", "      ")
        yield from _wrapped(", ".join(demand.claims), "      ")
        yield from _wrapped(demand.remark, "      note: ", "      ")
    yield "  undecided with:"
    yield from _undecided(check.demands, limit)
    yield from _official(check.official)


def _heading(identifier: str, standard: str) -> str:
    requirement = REQUIREMENTS[identifier]
    return f"{identifier}: {requirement.title} ({requirement.level(standard)})"


def _amount(demand: Demand, reserve: float) -> str:
    words = []
    if demand.accelerators:
        free = demand.free(reserve)
        text = _count(free, "free accelerator")
        if free > demand.accelerators:
            text += f" ({demand.accelerators} beside the reserve of {reserve:.0%})"
        if demand.same_node:
            text += " on one node"
        words.append(text)
    if demand.published > demand.accelerators:
        words.append(f"{demand.published} published")
    if demand.nodes and not demand.same_node:
        words.append(_count(demand.nodes, "node"))
    return ", ".join(words) or "no accelerator and no node"


def _undecided(demands: Sequence[Demand], limit: int | None) -> Iterator[str]:
    for scarcity in Scarcity:
        lost = [demand for demand in demands if demand.undecided_with(scarcity)]
        yield from _lost(str(scarcity), lost, demands)
    beyond = [demand for demand in demands if limit is not None and demand.accelerators > limit]
    if beyond:
        yield from _lost(f"--max-accelerators {limit}", beyond, demands)


def _lost(when: str, lost: Sequence[Demand], demands: Sequence[Demand]) -> Iterator[str]:
    names = [claim for demand in lost for claim in demand.claims]
    everything = len(names) > 1 and len(lost) == len(demands)
    text = "every claim" if everything else ", ".join(names) or "nothing"
    ways = list(dict.fromkeys(demand.otherwise for demand in lost if demand.otherwise))
    unless = f", unless decided by {' or '.join(ways)}" if ways else ""
    yield from _wrapped(f"{when}: {text}{unless}", "    ", "      ")


def _official(tests: Sequence[OfficialTest]) -> Iterator[str]:
    if not tests:
        yield "  no official test yet"
        return
    for test in tests:
        suite = SUITES[test.suite].title
        yield from _wrapped(f"official test of {suite}, {test.standing}:", "  ", "    ")
        for name in test.names:
            yield from _wrapped(name, "    ", "      ")
        yield from _wrapped(f"needs {test.needs}", "    ", "    ")
        yield from _command(test.command)


def _command(parts: Sequence[str]) -> Iterator[str]:
    for number, part in enumerate(parts):
        more = " \\" if number < len(parts) - 1 else ""
        yield ("    $ " if number == 0 else "        ") + part + more


def _others(identifiers: Iterable[str], standard: str) -> Iterator[str]:
    for identifier in identifiers:
        has_check = identifier in checks.available()
        yield ""
        yield _heading(identifier, standard)
        yield "  not checked unless you name it" if has_check else "  no check here yet"
        yield from _official(OFFICIAL[identifier])


def _suites() -> Iterator[str]:
    yield "Official tests are yours to run; their results keep their own names. They need:"
    for suite in SUITES.values():
        yield from _wrapped(f"{suite.title} ({suite.source}): {suite.needs}", "  ", "    ")


def _rules(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        place = "own namespace" if rule.namespaced else "cluster-wide"
        optional = ", optional" if rule.optional else ""
        resources = ", ".join(
            f"{resource}.{group}" if group else resource
            for group in rule.groups
            for resource in rule.resources
        )
        text = f"{', '.join(rule.verbs)} {resources} ({place}{optional}): {rule.purpose}"
        yield from _wrapped(text, "    ", "      ")


def _wrapped(text: str, first: str = "", more: str | None = None) -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if more is None else more,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
