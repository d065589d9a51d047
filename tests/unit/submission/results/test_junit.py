"""JUnit is read with outcomes, lines and messages; what is damaged or hostile is refused."""

from __future__ import annotations

import time

import pytest

from plimsoll.submission.results import BadResultsError, Case, Outcome, read_results
from tests.unit.submission.real_data import submissions

FILE = b"""<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="suite" timestamp="2026-07-14T01:35:08">
    <testcase name="TestA" time="1"/>
    <testcase name="TestB"><skipped message="no such node"/></testcase>
    <testcase name="TestC"><failure message="2 pods ran">details</failure></testcase>
    <testcase name="TestD" status="timedout"/>
    <testcase name="TestE" status="skipped"><skipped message="skipped"></skipped></testcase>
  </testsuite>
</testsuites>
"""


def test_cases_have_outcome_line_and_message() -> None:
    results = read_results(FILE, "junit.xml")
    assert results is not None
    assert (
        Case(name="TestA", outcome=Outcome.PASSED, line=4, suite="suite"),
        Case(name="TestB", outcome=Outcome.SKIPPED, line=5, suite="suite", message="no such node"),
        Case(name="TestC", outcome=Outcome.FAILED, line=6, suite="suite", message="2 pods ran"),
        Case(name="TestD", outcome=Outcome.FAILED, line=7, suite="suite"),
        Case(name="TestE", outcome=Outcome.SKIPPED, line=8, suite="suite"),
    ) == results.cases


def test_form_and_date_are_kept() -> None:
    results = read_results(FILE, "junit.xml")
    assert results is not None
    assert (results.form, results.date) == ("junit", "2026-07-14T01:35:08")


HOSTILE = [
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite name="&a;"/>',
    b'<!DOCTYPE testsuites SYSTEM "http://127.0.0.1/x.dtd"><testsuites><testsuite/></testsuites>',
    b'<!DOCTYPE testsuite [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><testsuite/>',
]


@pytest.mark.parametrize("data", HOSTILE)
def test_a_document_type_is_refused_with_its_line(data: bytes) -> None:
    with pytest.raises(BadResultsError, match=r"junit\.xml:1 declares a document type"):
        read_results(data, "junit.xml")


def test_a_file_that_was_cut_off_is_refused() -> None:
    with pytest.raises(BadResultsError, match=r"junit\.xml:6 is not well-formed"):
        read_results(FILE[: FILE.index(b"</failure>")], "junit.xml")


def test_an_encoding_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadResultsError):
        read_results(b'<?xml version="1.0" encoding="none"?><testsuite/>', "junit.xml")


def test_other_xml_is_no_test_result() -> None:
    assert read_results(b"<!DOCTYPE svg><svg/>", "drawing.svg") is None
    assert read_results(b"<notes>see &lt;testsuite></notes>", "notes.xml") is None


def test_the_large_real_file_is_read_with_all_cases_fast() -> None:
    data = (submissions() / "v1.35/daocloud/junit_01.xml").read_bytes()
    start = time.process_time()
    results = read_results(data, "junit_01.xml")
    took = time.process_time() - start
    assert results is not None
    assert (
        len(results.cases),
        results.count(Outcome.PASSED),
        results.count(Outcome.SKIPPED),
    ) == (7148, 15, 7133)
    assert took < 0.5  # 0.07 s on an idle core
