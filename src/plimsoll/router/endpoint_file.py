"""Reads the file of endpoints: ours, or that of llm-d's file discovery, which is a part of it.

endpoints:
- url: http://gpu1.example:8000     # or address and port, as llm-d writes them
models: [llama]
role: decode
labels: {zone: a}
rewrites:
- model: llama
targets: [{model: llama-v1, weight: 9}, {model: llama-v2, weight: 1}]
"""

from __future__ import annotations

from msgspec import Struct

from plimsoll.router.endpoint_spec import ROLE, EndpointSpec, split_url
from plimsoll.router.fields import known_fields, listed, parameter, text
from plimsoll.router.findings import Finding, Findings
from plimsoll.router.plugins import Parameter
from plimsoll.router.rewrites import MOST_WEIGHT
from plimsoll.router.settings import RewriteSettings, RewriteTarget
from plimsoll.router.tree import BadYamlError, Node, read, said

_FIELDS = (
    "name",
    "namespace",
    "address",
    "port",
    "url",
    "labels",
    "role",
    "models",
    "adapters",
    "engine",
    "metrics_url",
)
_LABELS = Parameter(name="labels", kind="labels", meaning="")
_MODELS = Parameter(name="models", kind="texts", meaning="")
_ADAPTERS = Parameter(name="adapters", kind="texts", meaning="")
_WEIGHT = Parameter(name="weight", kind="integer", meaning="", least=1, most=MOST_WEIGHT)


class EndpointFile(Struct, frozen=True, kw_only=True):
    """What a file says."""

    endpoints: tuple[EndpointSpec, ...] = ()
    rewrites: tuple[RewriteSettings, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from being used."""
        return tuple(each for each in self.findings if each.level == "error")


def parse(data: bytes, name: str) -> EndpointFile:
    """Read a file; `name` is what places say. Errors are findings, never raised."""
    findings = Findings()
    try:
        root = read(data, name)
    except BadYamlError as error:
        findings.error(error.place, error.what)
        return EndpointFile(findings=findings.sorted())
    rewrites: tuple[RewriteSettings, ...] = ()
    entries: list[Node] = []
    if root.is_list:
        entries = list(root.items())
    elif root.is_mapping:
        fields = known_fields(root, "the file", ("endpoints", "rewrites"), findings)
        entries = listed(fields.get("endpoints"), "endpoints", findings)
        rules = listed(fields.get("rewrites"), "rewrites", findings)
        rewrites = tuple(_rewrite(each, findings) for each in rules)
    else:
        findings.error(root.place, f"the file holds {said(root.value)}", "write endpoints: [...]")
    specs: dict[tuple[str, int], EndpointSpec] = {}
    for entry in entries:
        spec = _endpoint(entry, findings)
        if spec is None:
            continue
        if (spec.host, spec.port) in specs:
            findings.error(
                entry.place, f"{spec.host}:{spec.port} is given twice", "keep one of them"
            )
        specs[spec.host, spec.port] = spec
    return EndpointFile(
        endpoints=tuple(specs.values()), rewrites=rewrites, findings=findings.sorted()
    )


def _endpoint(node: Node, findings: Findings) -> EndpointSpec | None:
    fields = known_fields(node, "an endpoint", _FIELDS, findings)
    where = _where(node, fields, findings)
    labels = _value(fields, _LABELS, findings) or {}
    role = text(fields.get("role"), "role", findings)
    metrics_url = text(fields.get("metrics_url"), "metrics_url", findings)
    if metrics_url and "://" not in metrics_url:
        findings.error(node.place, f"metrics_url {metrics_url!r} is not a URL")
    if where is None:
        return None
    scheme, host, port, path = where
    models, adapters = _value(fields, _MODELS, findings), _value(fields, _ADAPTERS, findings)
    return EndpointSpec(
        scheme=scheme,
        host=host,
        port=port,
        path=path,
        labels=dict(labels if isinstance(labels, dict) else {}) | ({ROLE: role} if role else {}),
        models=tuple(models) if isinstance(models, list) else (),
        adapters=tuple(adapters) if isinstance(adapters, list) else (),
        engine=text(fields.get("engine"), "engine", findings),
        metrics_url=metrics_url,
    )


def _where(
    node: Node, fields: dict[str, Node], findings: Findings
) -> tuple[str, str, int, str] | None:
    """Return scheme, host, port and path of an endpoint, or None after a complaint."""
    url, address, port = fields.get("url"), fields.get("address"), fields.get("port")
    if url is not None and (address is not None or port is not None):
        findings.error(url.place, "an endpoint has a url and an address", "keep one of them")
        return None
    place = (url or address or node).place
    if url is not None:
        written = text(url, "url", findings)
    elif address is None or port is None:
        findings.error(
            node.place,
            "an endpoint does not say where it is",
            "write url: http://host:port, or address and port",
        )
        return None
    else:
        host = text(address, "address", findings)
        written = f"http://{f'[{host}]' if ':' in host else host}:{port.value}"
    if not written:
        return None
    try:
        return split_url(written)
    except ValueError as error:
        findings.error(place, str(error), "write http://host:port")
        return None


def _value(fields: dict[str, Node], expected: Parameter, findings: Findings) -> object:
    node = fields.get(expected.name)
    if node is None or node.value is None:
        return None
    return parameter(node, expected, "an endpoint's", findings)


def _rewrite(node: Node, findings: Findings) -> RewriteSettings:
    fields = known_fields(node, "a rewrite", ("model", "targets"), findings)
    targets: list[RewriteTarget] = []
    for each in listed(fields.get("targets"), "targets", findings):
        parts = known_fields(each, "a target", ("model", "weight"), findings)
        model = text(parts.get("model"), "model", findings)
        if not model:
            findings.error(each.place, "a target names no model")
        weight = 1
        if "weight" in parts:
            given = parameter(parts["weight"], _WEIGHT, "a target's", findings)
            weight = given if isinstance(given, int) else 1
        targets.append(RewriteTarget(model=model, weight=weight))
    if not targets:
        findings.error(node.place, "a rewrite has no targets", "write targets: [{model: NAME}]")
    return RewriteSettings(
        model=text(fields.get("model"), "model", findings), targets=tuple(targets)
    )
