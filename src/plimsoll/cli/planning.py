"""Printing what `plimsoll check` would do, and the rights that it needs."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ruamel.yaml import YAML

from plimsoll import checks
from plimsoll.cli.check_options import Selection
from plimsoll.errors import ExitCode
from plimsoll.harness.needs import Needs, Rule
from plimsoll.harness.options import Options
from plimsoll.harness.plan import make_plan, merged, rbac
from plimsoll.standard.requirements import REQUIREMENTS


def needs_of(requirements: Iterable[str]) -> dict[str, Needs]:
    """Return what each check needs."""
    return {identifier: checks.observer(identifier).NEEDS for identifier in requirements}


def print_plan(selection: Selection, options: Options) -> int:
    """Print objects, rights and minutes; nothing is written and no cluster is asked."""
    plan = make_plan(needs_of(selection.checked), options, selection.standard)
    print(f"Plan for checklist {plan.standard}: about {plan.minutes:g} minutes in all.")
    print("Nothing is created now, and everything named here is removed at the end of a run.\n")
    for check in plan.checks:
        requirement = REQUIREMENTS[check.requirement]
        print(f"{check.requirement}: {requirement.title} ({requirement.level(plan.standard)})")
        alone = ", alone on the cluster" if check.exclusive else ""
        print(f"  about {check.minutes:g} min, up to {check.accelerators} accelerators{alone}")
        for planned in check.objects:
            print(f"  {planned.count:>3} x {planned.kind} ({planned.scope}): {planned.purpose}")
        print("  rights beyond those of every check:")
        _print_rules(check.rules)
        print()
    for identifier, reason in selection.skipped.items():
        print(f"{identifier}: skipped, {reason}\n")
    print("Rights of every check:")
    _print_rules(plan.harness_rules)
    print("\n`plimsoll check --rbac` prints these rights as a manifest.")
    return ExitCode.PASS


def print_rbac(selection: Selection, options: Options) -> int:
    """Print a service account with just the rights of the chosen checks, as YAML."""
    yaml = YAML()
    yaml.explicit_start = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    names = ", ".join(selection.checked)
    print(f"# The rights of `plimsoll check` for {names}, and no more.")
    if not options.namespace:
        print("# With --namespace NAME most of them hold in that namespace alone.")
    for manifest in rbac(needs_of(selection.checked), options.namespace):
        yaml.dump(manifest, sys.stdout)
    return ExitCode.PASS


def _print_rules(rules: Iterable[Rule]) -> None:
    for rule in rules:
        place = "own namespace" if rule.namespaced else "cluster-wide"
        for entry in merged([rule]):
            group = f".{entry['apiGroups'][0]}" if entry["apiGroups"][0] else ""
            resource = entry["resources"][0]
            print(f"    {', '.join(entry['verbs'])} {resource}{group} ({place}): {rule.purpose}")
