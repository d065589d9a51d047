"""Bad input to `plimsoll route` and `plimsoll engine-sim`."""

from __future__ import annotations

from tests.unit.cli.case import Case, failed, usage
from tests.unit.cli.scenes import Scene, Setup

_ROUTE = ("route", "--listen", "127.0.0.1:0")
_ONE = (*_ROUTE, "--endpoint", "http://127.0.0.1:8000")


def _file(name: str, text: str) -> Setup:
    def write(scene: Scene) -> None:
        (scene.folder / name).write_text(text)

    return write


def _without_data_plane(scene: Scene) -> None:
    scene.patch.setattr("plimsoll.router.data_plane.PACKAGE", "no_such_data_plane")


def _taken_port(scene: Scene) -> None:
    def taken(*_: object, **__: object) -> None:
        raise OSError(98, "Address already in use")

    scene.patch.setattr("asyncio.start_server", taken)


CASES: tuple[Case, ...] = (
    usage("route without a door", "route", "--endpoint", "http://a:1", says="nothing to serve"),
    usage("route without an endpoint", *_ROUTE, says="there is no endpoint to route to"),
    usage(
        "route at an address that is none",
        *("route", "--listen", "8080", "--endpoint", "http://a:1"),
        says="--listen '8080' is not an address to listen on",
    ),
    usage(
        "an endpoint that is no URL",
        *(*_ROUTE, "--endpoint", "ftp://a:1"),
        says="'ftp://a:1' is not a URL of http or https",
    ),
    usage(
        "an endpoint with an unknown key",
        *(*_ROUTE, "--endpoint", "http://a:1,colour=red"),
        says="there is no key 'colour'",
    ),
    usage(
        "the same endpoint twice",
        *(*_ROUTE, "--endpoint", "http://a:1", "--endpoint", "a:1"),
        says="a:1 is given twice",
    ),
    usage("an unknown preset", *(*_ONE, "--preset", "sticky"), says="there is no preset 'sticky'"),
    usage(
        "a configuration and a preset",
        *(*_ONE, "--config", "c.yaml", "--preset", "llm-d-default"),
        says="--config and --preset both say how to decide",
    ),
    usage(
        "a namespace without a pool",
        *(*_ONE, "--namespace", "serving"),
        says="--namespace is about an InferencePool",
    ),
    usage(
        "a rewrite that is none",
        *(*_ONE, "--rewrite", "llama"),
        says="--rewrite 'llama' is not NAME=TARGET",
    ),
    usage(
        "an engine that nobody knows",
        *(*_ONE, "--engine", "vlm"),
        says="there is no engine 'vlm'",
    ),
    usage(
        "a policy that is not there",
        *(*_ONE, "--policy", "no_such_module:choose"),
        says="there is no module no_such_module",
    ),
    usage(
        "a time that cannot be meant",
        *(*_ONE, "--connect-seconds", "0"),
        says="--connect-seconds 0 is out of range",
    ),
    usage(
        "a certificate without its key",
        *(*_ONE, "--tls-cert", "cert.pem"),
        says="a certificate needs its key: --tls-key is missing",
    ),
    failed(
        "a certificate that is not there",
        *(*_ONE, "--tls-cert", "cert.pem", "--tls-key", "key.pem"),
        says="--tls-cert cert.pem cannot be read: No such file or directory",
    ),
    failed(
        "a configuration that is not there",
        *(*_ONE, "--config", "c.yaml"),
        says="the configuration c.yaml cannot be read: No such file or directory",
    ),
    failed(
        "a configuration with a mistake",
        *(*_ONE, "--config", "c.yaml"),
        says="c.yaml:3:11: there is no plugin type queu-scorer",
        setup=_file("c.yaml", "kind: EndpointPickerConfig\nplugins:\n  - type: queu-scorer\n"),
    ),
    usage(
        "a configuration that names no endpoints",
        *(*_ROUTE, "--config", "c.yaml"),
        says="there is no endpoint to route to: c.yaml names no file of endpoints",
        setup=_file("c.yaml", "kind: EndpointPickerConfig\nplugins:\n  - type: queue-scorer\n"),
    ),
    failed(
        "a file of endpoints with a mistake",
        *(*_ROUTE, "--endpoints", "e.yaml"),
        says="e.yaml:2:3: an endpoint does not say where it is",
        setup=_file("e.yaml", "endpoints:\n- name: a\n"),
    ),
    failed(
        "no data plane",
        *_ONE,
        says="pip install 'plimsoll[router]'",
        setup=_without_data_plane,
    ),
    usage(
        "a conformance case that is none",
        *("route", "conformance", "picker", "127.0.0.1:1", "--case", "no-such-case"),
        says="There is no case no-such-case",
    ),
    failed(
        "a picker that is not there",
        *("route", "conformance", "picker", "127.0.0.1:1", "--seconds", "0.2"),
        says="No picker answers at 127.0.0.1:1",
    ),
    usage(
        "an Envoy that is not there",
        *("route", "conformance", "gateway", "--envoy", "no-such-envoy"),
        says="--envoy no-such-envoy is no program",
    ),
    usage(
        "an Envoy configuration without endpoints",
        *("route", "envoy"),
        says="there is no endpoint to route to",
    ),
    usage(
        "a simulated engine without blocks",
        *("engine-sim", "--blocks", "0"),
        says="--blocks 0 is out of range",
    ),
    failed(
        "a simulated engine at a taken address",
        *("engine-sim", "--listen", "127.0.0.1:8000"),
        says="cannot listen on 127.0.0.1:8000",
        setup=_taken_port,
    ),
)
