"""Printing what `plimsoll check` would do, and the rights that it needs."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ruamel.yaml import YAML

from plimsoll import checks
from plimsoll.cli.check_options import Selection
from plimsoll.cli.plan_view import plan_lines
from plimsoll.errors import ExitCode
from plimsoll.harness.needs import Needs
from plimsoll.harness.options import Options
from plimsoll.harness.plan import make_plan, rbac


def needs_of(requirements: Iterable[str]) -> dict[str, Needs]:
    """Return what each check needs."""
    return {identifier: checks.observer(identifier).NEEDS for identifier in requirements}


def print_plan(selection: Selection, options: Options) -> int:
    """Print what a run would do; nothing is written and no cluster is asked."""
    plan = make_plan(needs_of(selection.checked), options, selection.standard)
    for line in plan_lines(
        plan,
        skipped=selection.skipped,
        limit=options.accelerator_limit(),
        reserve=0.0 if options.embedded else options.reserve,
        whole=not selection.named,
    ):
        print(line)
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
