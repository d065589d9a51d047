"""Reads llm-d's EndpointPickerConfig: the same file, the same defaults, the same decisions.

Nothing is skipped in silence. A field or plugin that is unknown, or known and not here, is an error
with file, line and column and the nearest that is here; what is accepted without effect is a note.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field

from plimsoll.errors import PlimsollError
from plimsoll.router import made
from plimsoll.router.fields import known_fields, listed, text
from plimsoll.router.findings import Finding, Findings, did_you_mean
from plimsoll.router.plugin_list import Plugins, PluginUse, implicit, read_plugins
from plimsoll.router.profiles import ProfileUse, read_handler, read_profiles
from plimsoll.router.settings import (
    EndpointSettings,
    EngineMetrics,
    HandlerSettings,
    IndexSettings,
    LiveSettings,
    Parser,
    ProfileSettings,
    ScrapeSettings,
    SessionSettings,
    SingleProfileHandler,
)
from plimsoll.router.tree import BadYamlError, Node, read, said

KIND = "EndpointPickerConfig"
API_VERSION = "llm-d.ai/v1alpha1"
OLD_API_VERSION = "inference.networking.x-k8s.io/v1alpha1"
NEW_API_VERSION = "llm-d.ai/v1"
_TOP = (
    "apiVersion",
    "kind",
    "featureGates",
    "plugins",
    "schedulingProfiles",
    "dataLayer",
    "flowControl",
    "requestHandler",
    "saturationDetector",
    "parser",
)
_FLOW_CONTROL = (
    "maxBytes",
    "maxRequests",
    "defaultRequestTTL",
    "noEndpointRequestTTL",
    "defaultPriorityBand",
    "defaultNegativePriorityBand",
    "priorityBands",
    "usageLimitPolicyPluginRef",
    "saturationDetector",
    "enableEviction",
)
_GATES = ("flowControl", "haPopulateNonLeaderDatastore", "dataLayer", "prepareDataPlugins")


class Decisions(Struct, frozen=True, kw_only=True):
    """How requests are decided: the part of the settings that a configuration makes."""

    profiles: dict[str, ProfileSettings]
    handler: HandlerSettings
    parsers: tuple[Parser, ...]
    index: IndexSettings
    session: SessionSettings
    engine: str = ""
    """Whose metric names endpoints use that name no engine; empty: not said."""
    engines: dict[str, EngineMetrics] = field(default_factory=dict)
    """Metric names of engines beyond the known ones."""

    def live(self, endpoints: tuple[EndpointSettings, ...] = ()) -> LiveSettings:
        """Return settings that decide so among these endpoints."""
        scrape = ScrapeSettings(engine=self.engine or "vllm", engines=self.engines)
        return LiveSettings(
            endpoints=endpoints,
            profiles=self.profiles,
            handler=self.handler,
            parsers=self.parsers,
            scrape=scrape,
            index=self.index,
            session=self.session,
        )


class EppConfig(Struct, frozen=True, kw_only=True):
    """One configuration, read."""

    name: str
    """File or preset."""
    decisions: Decisions | None
    """None when there is an error."""
    profiles: tuple[ProfileUse, ...] = ()
    handler: PluginUse | None = None
    parsers: tuple[Parser, ...] = ()
    endpoints_file: str = ""
    """What the plugin file-discovery names, when it is used."""
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from being used."""
        return tuple(each for each in self.findings if each.level == "error")


def load(path: Path) -> EppConfig:
    """Read the file at `path`. Raises PlimsollError when there is none to read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlimsollError(
            f"the configuration {path} cannot be read: {error.strerror}",
            next_step="name the file of an EndpointPickerConfig, or choose a --preset",
        ) from error
    return parse(data, str(path))


def parse(data: bytes, name: str) -> EppConfig:
    """Read a configuration; `name` is what places say. Errors are findings, never raised."""
    try:
        root = read(data, name)
    except BadYamlError as error:
        finding = Finding(level="error", place=error.place, what=error.what)
        return EppConfig(name=name, decisions=None, findings=(finding,))
    return _Reader(name, root).config()


class _Reader:
    """Reads one document."""

    def __init__(self, name: str, root: Node) -> None:
        self._name = name
        self._root = root
        self._findings = Findings()

    def config(self) -> EppConfig:
        if not self._is_ours():
            return EppConfig(name=self._name, decisions=None, findings=self._findings.sorted())
        top = known_fields(self._root, KIND, _TOP, self._findings)
        self._versions(top)
        self._gates(top.get("featureGates"))
        plugins = read_plugins(top.get("plugins"), self._root.place, self._findings)
        profiles = read_profiles(
            top.get("schedulingProfiles"), plugins, self._root.place, self._findings
        )
        used, handler = read_handler(profiles, plugins, self._root.place, self._findings)
        parsers = self._parsers(top, plugins)
        endpoints_file = self._data_layer(top.get("dataLayer"), plugins)
        self._flow_control(top, plugins)
        decisions = None
        if not self._findings.failed:
            decisions = Decisions(
                profiles={profile.name: profile.settings() for profile in profiles},
                handler=handler or SingleProfileHandler(),
                parsers=parsers,
                index=made.index(plugins, self._findings),
                session=made.session(plugins),
                engine=made.engine(plugins),
                engines=made.engines(plugins),
            )
        return EppConfig(
            name=self._name,
            decisions=decisions,
            profiles=profiles,
            handler=used,
            parsers=parsers,
            endpoints_file=endpoints_file,
            findings=self._findings.sorted(),
        )

    def _is_ours(self) -> bool:
        if not self._root.is_mapping:
            what = f"this is not an {KIND}: the file holds {said(self._root.value)}"
            self._findings.error(self._root.place, what)
            return False
        kind = self._root.value.get("kind")
        if kind == "ConfigMap":
            self._findings.error(
                self._root.place,
                f"this is a ConfigMap; the {KIND} stands in one of its data entries",
                "write that entry to a file of its own",
            )
            return False
        return True

    def _versions(self, top: dict[str, Node]) -> None:
        start = self._root.place
        kind, version = top.get("kind"), top.get("apiVersion")
        if kind is not None and kind.value != KIND:
            self._findings.error(kind.place, f"kind is {said(kind.value)}", f"it must be {KIND}")
        if kind is None or version is None:
            missing = "kind" if kind is None else "apiVersion"
            self._findings.note(
                start, f"{missing} is missing", f"write apiVersion: {API_VERSION}, kind: {KIND}"
            )
        if version is None or version.value == API_VERSION:
            return
        if version.value == NEW_API_VERSION:
            self._findings.note(version.place, f"{NEW_API_VERSION} is read as {API_VERSION}")
        elif version.value == OLD_API_VERSION:
            self._findings.note(
                version.place, f"{OLD_API_VERSION} is deprecated", f"write {API_VERSION}"
            )
        else:
            self._findings.error(
                version.place, f"apiVersion is {said(version.value)}", f"it must be {API_VERSION}"
            )

    def _gates(self, node: Node | None) -> None:
        for gate in listed(node, "featureGates", self._findings):
            name, _, value = text(gate, "a feature gate", self._findings).partition("=")
            on = value.strip().lower() in {"", "true", "1", "t"}
            if name not in _GATES:
                self._findings.error(
                    gate.place, f"there is no feature gate {name!r}", did_you_mean(name, _GATES)
                )
            elif name == "flowControl" and on:
                self._findings.error(
                    gate.place,
                    "the feature gate flowControl is not implemented: requests are not queued",
                    "write flowControl=false, or leave it out",
                )
            else:
                self._findings.note(gate.place, f"the feature gate {name} changes nothing here")

    def _parsers(self, top: dict[str, Node], plugins: Plugins) -> tuple[Parser, ...]:
        handler = top.get("requestHandler")
        references: list[Node] = []
        if handler is not None:
            fields = known_fields(handler, "requestHandler", ("parsers", "parser"), self._findings)
            references = listed(fields.get("parsers"), "parsers", self._findings)
            references += [fields["parser"]] if "parser" in fields and not references else []
        if "parser" in top:
            self._findings.note(
                top["parser"].place, "parser is deprecated", "write requestHandler.parsers"
            )
            references = references or [top["parser"]]
        if not references:
            return ("openai-parser", "passthrough-parser")
        named = [self._reference(each, "a parser", plugins) for each in references]
        chosen: list[Parser] = []
        for use in named:
            if use is None:
                continue
            if use.plugin.name == "openai-parser":
                chosen.append("openai-parser")
            elif use.plugin.name == "passthrough-parser":
                chosen.append("passthrough-parser")
            else:
                self._findings.error(use.place, f"{use.name} is not a parser")
        return tuple(dict.fromkeys(chosen))

    def _reference(self, node: Node, what: str, plugins: Plugins) -> PluginUse | None:
        """Return the plugin that `pluginRef` of a mapping names."""
        fields = known_fields(node, what, ("pluginRef", "extractors"), self._findings)
        reference = fields.get("pluginRef")
        name = text(reference, "pluginRef", self._findings)
        place = reference.place if reference else node.place
        if not name:
            self._findings.error(place, f"{what} names no plugin", "write pluginRef: NAME")
            return None
        if name in plugins:
            return plugins[name]
        return implicit(name, place, plugins, self._findings)

    def _data_layer(self, node: Node | None, plugins: Plugins) -> str:
        """Check dataLayer and return the endpoints file that it names."""
        if node is None:
            return ""
        names = (
            "injectDefaults",
            "sources",
            "discovery",
            "peerDiscovery",
            "crossReplicaSyncerPluginRef",
            "crossReplicaSyncInterval",
        )
        fields = known_fields(node, "dataLayer", names, self._findings)
        for name in ("peerDiscovery", "crossReplicaSyncerPluginRef", "crossReplicaSyncInterval"):
            if name in fields:
                self._findings.error(
                    fields[name].place,
                    f"dataLayer.{name} is not implemented: routers do not share their state",
                    "leave it out",
                )
        inject = fields.get("injectDefaults")
        if inject is not None and inject.value is False:
            self._findings.note(
                inject.place,
                "injectDefaults changes nothing here: endpoints are asked for their metrics",
                "--scrape-interval-ms 0 turns that off",
            )
        for source in listed(fields.get("sources"), "dataLayer.sources", self._findings):
            self._reference(source, "a source", plugins)
            extractors = source.value.get("extractors") if source.is_mapping else None
            if extractors is not None:
                inner = next(v for k, _, v in source.entries() if k == "extractors")
                for extractor in listed(inner, "extractors", self._findings):
                    self._reference(extractor, "an extractor", plugins)
        return self._discovery(fields.get("discovery"), plugins)

    def _discovery(self, node: Node | None, plugins: Plugins) -> str:
        if node is None:
            return ""
        inner = node
        if node.is_mapping and "endpoints" in node.value:
            fields = known_fields(node, "discovery", ("endpoints",), self._findings)
            inner = fields["endpoints"]
        use = self._reference(inner, "discovery", plugins)
        if use is None:
            return ""
        path = use.given.get("path")
        if use.plugin.name != "file-discovery" or not isinstance(path, str) or not path:
            self._findings.error(
                use.place,
                f"{use.name} cannot discover endpoints",
                "use a file-discovery plugin with a path",
            )
            return ""
        return path

    def _flow_control(self, top: dict[str, Node], plugins: Plugins) -> None:
        if "saturationDetector" in top:
            place = top["saturationDetector"].place
            self._findings.note(
                place, "saturationDetector is deprecated and changes nothing here", "leave it out"
            )
        node = top.get("flowControl")
        if node is None:
            return
        fields = known_fields(node, "flowControl", _FLOW_CONTROL, self._findings)
        self._findings.note(node.place, "flowControl changes nothing: its feature gate is off")
        detector = fields.get("saturationDetector")
        if detector is not None and detector.is_mapping and detector.value.get("pluginRef"):
            self._reference(detector, "saturationDetector", plugins)
