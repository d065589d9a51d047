"""From the words on the command line of `plimsoll check` to options and a selection.

Everything that the command line alone shows to be wrong is found here, before a cluster is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plimsoll import checks
from plimsoll.adapters.accelerator_metrics.given import check_image, parse_endpoint
from plimsoll.adapters.monitoring.address import parse as parse_monitoring
from plimsoll.adapters.operators import names as operator_names
from plimsoll.errors import ExitCode, PlimsollError, UsageError
from plimsoll.harness.budgets import profile
from plimsoll.harness.options import Options
from plimsoll.standard.requirements import REQUIREMENTS, VERSIONS, Level, nearest

_METRIC_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_OBJECT_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


class UnknownVersionError(PlimsollError):
    """The cluster is of a version for which no checklist is known."""

    exit_code = ExitCode.INCONCLUSIVE


class Wishes(Struct, frozen=True, kw_only=True):
    """What the user said that is not an option of the run itself."""

    embedded: bool
    name: str
    keep: bool
    kubeconfig: str
    context: str
    out: Path | None
    requirements: tuple[str, ...]
    skip: tuple[str, ...]
    product: Path | None
    label: tuple[str, ...]
    annotation: tuple[str, ...]
    node_selector: tuple[str, ...]


class Selection(Struct, frozen=True, kw_only=True):
    """Which requirements to check, in the checklist's order, and which are left out and why."""

    standard: str
    checked: tuple[str, ...]
    skipped: dict[str, str]
    named: bool = False
    """The user named the requirements."""


def options_from(wishes: Wishes, **values: Any) -> Options:
    """Return the options of the run. Raises UsageError for what cannot be meant."""
    if wishes.embedded and (wishes.kubeconfig or wishes.context):
        raise UsageError(
            "--embedded brings its own cluster and does not go with --kubeconfig or --context",
            next_step="leave one of them out",
        )
    if wishes.keep and not wishes.embedded:
        raise UsageError(
            "--keep is about an embedded platform", next_step="add --embedded or leave it out"
        )
    options = Options(
        **values,
        labels=_pairs("--label", wishes.label),
        annotations=_pairs("--annotation", wishes.annotation),
        node_selector=_pairs("--node-selector", wishes.node_selector),
        product=_product(wishes.product) if wishes.product else {},
    )
    _in_range(options)
    known_requirements(wishes)
    return options


def selection(wishes: Wishes, standard: str) -> Selection:
    """Return what to check under `standard` (empty: the newest).

    A requirement that is named always runs; without names all run that the standard has and that
    have a check. Raises UsageError for unknown ones.
    """
    version = standard or VERSIONS[-1]
    skipped = known_requirements(wishes)
    named = [identifier for identifier in REQUIREMENTS if identifier in wishes.requirements]
    chosen = named or [
        identifier
        for identifier in checks.available()
        if REQUIREMENTS[identifier].level(version) is not Level.ABSENT
    ]
    return Selection(
        standard=version,
        checked=tuple(identifier for identifier in chosen if identifier not in skipped),
        skipped=skipped,
        named=bool(named),
    )


def standard_of(cluster_version: str, options: Options) -> str:
    """Return the checklist version of a run. Raises UnknownVersionError."""
    if options.standard:
        return options.standard
    version = ".".join(cluster_version.split("+", maxsplit=1)[0].split(".")[:2])
    if version not in VERSIONS:
        raise UnknownVersionError(
            f"the cluster is {cluster_version}, for which no checklist is known here",
            next_step=f"say which one to use: --standard, one of {', '.join(VERSIONS)}",
        )
    return version


def known_requirements(wishes: Wishes) -> dict[str, str]:
    """Return the requirements to leave out, with reasons. Raises UsageError for unknown ids."""
    skipped = _pairs("--skip", wishes.skip)
    for identifier in (*wishes.requirements, *skipped):
        if identifier not in REQUIREMENTS:
            near = nearest(identifier)
            hint = f"did you mean {near}?" if near else "see `plimsoll check --plan`"
            raise UsageError(
                f"there is no requirement {identifier!r}",
                next_step=f"{hint} Known: {', '.join(checks.available())}",
            )
    for identifier in wishes.requirements:
        if identifier not in checks.available():
            raise UsageError(
                f"there is no check for {identifier} in this version",
                next_step=f"choose from: {', '.join(checks.available())}",
            )
    return skipped


def _in_range(options: Options) -> None:
    if options.standard and options.standard not in VERSIONS:
        near = nearest(options.standard, VERSIONS)
        raise UsageError(
            f"there is no checklist {options.standard!r}",
            next_step=f"choose from: {', '.join(VERSIONS)}"
            + (f"; did you mean {near}?" if near else ""),
        )
    if not 0 <= options.reserve < 1:
        raise UsageError(
            f"--reserve {options.reserve:g} is out of range", next_step="choose 0 to 0.99"
        )
    if options.max_accelerators is not None and options.max_accelerators < 1:
        raise UsageError(
            f"--max-accelerators {options.max_accelerators} is out of range",
            next_step="choose 1 or more; without accelerators leave it out",
        )
    profile(options.profile, options.timeout_factor)
    for text in options.accelerator_metrics:
        parse_endpoint(text)
    if options.load_image:
        check_image(options.load_image)
    if options.gateway_class and not _OBJECT_NAME.fullmatch(options.gateway_class):
        raise UsageError(
            f"--gateway-class {options.gateway_class!r} cannot be the name of a GatewayClass",
            next_step="see `kubectl get gatewayclasses`",
        )
    _about_autoscalers(options)
    _about_monitoring(options)
    _about_operators(options)


def _about_autoscalers(options: Options) -> None:
    if options.max_new_nodes < 1:
        raise UsageError(
            f"--max-new-nodes {options.max_new_nodes} is out of range",
            next_step="choose 1 or more; leave --allow-scale out where no node may come",
        )
    if options.no_autoscaler and not options.no_autoscaler.strip():
        raise UsageError(
            "--no-autoscaler says no reason",
            next_step="write why, for example --no-autoscaler 'fixed machines in our racks'",
        )
    if options.no_autoscaler and options.allow_scale:
        raise UsageError(
            "--no-autoscaler and --allow-scale contradict each other",
            next_step="leave one of them out",
        )


def _about_monitoring(options: Options) -> None:
    if options.monitoring:
        parse_monitoring(options.monitoring)
    if options.metric_name and not _METRIC_NAME.fullmatch(options.metric_name):
        raise UsageError(
            f"--metric-name {options.metric_name!r} cannot be the name of a metric",
            next_step="use letters, digits, _ and :, such as vllm:request_success_total",
        )


def _about_operators(options: Options) -> None:
    known = operator_names()
    asked = {"--operator": options.operators, "--disruptive": options.disruptive}
    for option, given in asked.items():
        for name in given:
            if name not in known:
                near = nearest(name, known)
                raise UsageError(
                    f"{option} {name!r} is no operator that is known here",
                    next_step=(f"did you mean {near}? " if near else "")
                    + f"choose from: {', '.join(known)}",
                )
    for name in options.disruptive:
        if options.operators and name not in options.operators:
            raise UsageError(
                f"--disruptive {name} is about an operator that --operator leaves out",
                next_step=f"add --operator {name}, or leave --disruptive {name} out",
            )


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or not key or (option == "--skip" and not value.strip()):
            example = "ID=REASON" if option == "--skip" else "KEY=VALUE"
            raise UsageError(
                f"{option} {text!r} is not {example}", next_step=f"write {option} {example}"
            )
        pairs[key] = value
    return pairs


def _product(path: Path) -> dict[str, Any]:
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text())
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise PlimsollError(
            f"the product file {path} cannot be read: {' '.join(str(error).split())}",
            next_step="give a YAML file such as: {name: My Platform, version: '1.2'}",
        ) from error
    named = (
        document.get("name", document.get("platformName")) if isinstance(document, dict) else None
    )
    if not isinstance(document, dict) or not isinstance(named, str):
        raise PlimsollError(
            f"the product file {path} does not say a name",
            next_step="give a YAML file such as: {name: My Platform, version: '1.2'}",
        )
    return {str(key): value for key, value in document.items()}
