"""The text format: what is accepted reads as Prometheus reads it, what is not names its line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from plimsoll.adapters.accelerator_metrics.text_format import MalformedError, Page, Sample, parse

PAGE = """\
# HELP dcgm_util Utilisation (in %).
# TYPE dcgm_util gauge
dcgm_util{gpu="0", UUID="GPU-1",} 97 1700000000000
# a comment
http_requests_total{path="/a\\"b\\\\c\\nd"} 1.5e3
bucket{le="+Inf"} +Inf # {trace_id="1"} 0.5
{"metric.with.dots",label="x"} NaN
plain 31
# EOF
"""


def test_samples_are_read_with_labels_values_and_timestamps() -> None:
    samples = parse(PAGE).samples
    assert samples[0] == Sample(
        name="dcgm_util",
        labels={"gpu": "0", "UUID": "GPU-1"},
        value=97,
        timestamp=1700000000000,
    )
    assert samples[1].labels == {"path": '/a"b\\c\nd'}
    assert [each.name for each in samples[2:]] == ["bucket", "metric.with.dots", "plain"]
    assert [samples[2].value, samples[4].value] == [math.inf, 31]
    assert math.isnan(samples[3].value)


def test_help_and_type_lines_alone_are_a_page_without_samples() -> None:
    page = parse("# HELP a_b Words.\n# TYPE a_b gauge\n")
    assert page == Page(types={"a_b": "gauge"}, described=frozenset({"a_b"}))


MALFORMED = [
    ("<html><body>404</body></html>", "does not begin with the name"),
    ("gauge", "the value is not a number"),
    ("gauge one", "the value is not a number"),
    ("gauge 1_0", "the value is not a number"),
    ("gauge 1 2 3", "something follows the value"),
    ("gauge 1 noon", "the timestamp is not a number"),
    ("gauge{a=1} 1", "is not in quotes"),
    ('gauge{a="1" b="2"} 1', "not separated by commas"),
    ('gauge{a="1",a="2"} 1', "stands twice"),
    ('gauge{a="1"', "not closed"),
    ("gauge{=} 1", "a label has no name"),
    ("gauge{a} 1", "has no value"),
    ("# TYPE gauge thermometer", "is not a type of metric"),
    ("# TYPE a gauge\n# TYPE a gauge", "a second TYPE"),
    ("# HELP 9lives Words.", "is not the name of a metric"),
]


@pytest.mark.parametrize(("text", "why"), MALFORMED)
def test_malformed_line_is_named(text: str, why: str) -> None:
    with pytest.raises(MalformedError) as raised:
        parse(f"ok 1\n{text}\n")
    assert raised.value.line == 1 + len(text.splitlines())
    assert why in raised.value.what


@given(
    value=st.floats(allow_nan=False),
    label=st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u0085\u2028\u2029")
    ),
)
def test_reads_what_prometheus_own_client_writes_as_that_client_does(
    value: float, label: str
) -> None:
    registry = CollectorRegistry()
    Gauge("one", "Words.", ["label"], registry=registry).labels(label).set(value)
    text = generate_latest(registry).decode()
    (theirs,) = [s for family in text_string_to_metric_families(text) for s in family.samples]
    (ours,) = parse(text).samples
    assert (ours.name, ours.labels, ours.value) == (theirs.name, theirs.labels, theirs.value)
