"""The file of endpoints: our shape, llm-d's shape, JSON, and what is wrong said with its place."""

from __future__ import annotations

import pytest

from plimsoll.router.endpoint_file import EndpointFile, parse
from plimsoll.router.settings import RewriteSettings, RewriteTarget

LLM_D = """\
endpoints:
  - name: vllm-0
    namespace: default
    address: "10.0.0.1"
    port: "8000"
    labels:
      model: llama
  - {name: vllm-1, address: gpu2.example, port: 8001}
"""


def read(text: str) -> EndpointFile:
    return parse(text.encode(), "e.yaml")


def urls(text: str) -> list[str]:
    file = read(text)
    assert file.errors == ()
    return [spec.url() for spec in file.endpoints]


def test_file_of_llm_d() -> None:
    assert urls(LLM_D) == ["http://10.0.0.1:8000", "http://gpu2.example:8001"]
    assert read(LLM_D).endpoints[0].labels == {"model": "llama"}


def test_our_shape() -> None:
    text = """\
endpoints:
- url: http://gpu1:8000
  models: [llama]
  adapters: [sql]
  role: decode
  labels: {zone: a}
  engine: sglang
  metrics_url: http://gpu1:9000/metrics
"""
    (spec,) = read(text).endpoints
    assert (spec.models, spec.adapters, spec.engine) == (("llama",), ("sql",), "sglang")
    assert spec.labels == {"zone": "a", "llm-d.ai/role": "decode"}
    assert spec.metrics_url == "http://gpu1:9000/metrics"


def test_json_and_a_bare_list() -> None:
    assert urls('[{"url": "http://a:1"}, {"url": "http://b:1"}]') == ["http://a:1", "http://b:1"]


def test_no_endpoints_are_no_error() -> None:
    assert urls("endpoints: []") == []


def test_rewrites() -> None:
    text = "endpoints: []\nrewrites:\n- model: m\n  targets: [{model: a, weight: 9}, {model: b}]\n"
    expected = RewriteSettings(
        model="m", targets=(RewriteTarget(model="a", weight=9), RewriteTarget(model="b"))
    )
    assert (expected,) == read(text).rewrites


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("endpoint: []", "e.yaml:1:1: error: the file has no field endpoint; did you mean"),
        ("endpoints: {}", "endpoints must be a list"),
        ("", "the file holds empty"),
        ("endpoints: [3]", "an endpoint must be a mapping, and is 3"),
        ("endpoints:\n- {name: a}", "e.yaml:2:3: error: an endpoint does not say where it is"),
        ("endpoints:\n- {url: 'http://a:1', address: b}", "a url and an address"),
        ("endpoints:\n- {url: 'ftp://a'}", "e.yaml:2:9: error: 'ftp://a' is not a URL of http"),
        ("endpoints:\n- {address: a, port: 99999}", "is not a URL"),
        ("endpoints:\n- {address: a, port: [1]}", "is not a URL"),
        (
            "endpoints:\n- {url: 'http://a:1', colour: red}",
            "e.yaml:2:23: error: an endpoint has no",
        ),
        ("endpoints:\n- {url: 'http://a:1', models: llama}", "models must be a list of texts"),
        ("endpoints:\n- {url: 'http://a:1', labels: {a: 1}}", "labels must be a mapping of texts"),
        ("endpoints:\n- {url: 'http://a:1'}\n- {url: 'a:1'}", "e.yaml:3:3: error: a:1 is given tw"),
        ("rewrites:\n- {model: a}", "a rewrite has no targets"),
        ("rewrites:\n- {targets: [{model: b, weight: 0}]}", "must be from 1 to 1e+06"),
        ("rewrites:\n- {targets: [{weight: 1}]}", "a target names no model"),
        ("endpoints: [", "e.yaml:1:"),
    ],
)
def test_wrong(text: str, says: str) -> None:
    said = [str(each) for each in read(text).errors]
    assert any(says in each for each in said), said
