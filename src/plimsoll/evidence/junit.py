"""The run as JUnit XML, for the systems that show test results.

One suite per requirement under our own names. A test case per finding says what was found; the
case named `verdict` says what it comes to: a FAIL is a failure, an open verdict an error (it needs
a person), anything else that is no PASS is skipped. So green means PASS or not applicable, only.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from plimsoll.evidence.cases import Case, Result, cases, duration
from plimsoll.evidence.judging import SHIPPED, Judges
from plimsoll.evidence.manifest import moment
from plimsoll.evidence.text import printable
from plimsoll.record import Judgement, Record


def render(record: Record, judgements: Sequence[Judgement], judges: Judges = SHIPPED) -> bytes:
    """Return `junit.xml` as UTF-8."""
    root = ET.Element("testsuites", name="Plimsoll", id=record.run.run)
    for judgement in judgements:
        root.append(_suite(record, judgement, judges))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(record: Record, judgement: Judgement, judges: Judges) -> ET.Element:
    found = cases(record, judgement, judges)
    results = [case.result for case in found]
    suite = ET.Element(
        "testsuite",
        name=f"Plimsoll/{judgement.requirement}",
        timestamp=moment(record.run.time),
        time=f"{duration(record, judgement.requirement):.3f}",
        tests=str(len(found)),
        failures=str(results.count(Result.FAILED)),
        errors=str(results.count(Result.OPEN)),
        skipped=str(results.count(Result.SKIPPED)),
    )
    for case in found:
        suite.append(_case(judgement.requirement, case))
    return suite


def _case(requirement: str, case: Case) -> ET.Element:
    element = ET.Element(
        "testcase", classname=f"Plimsoll.{requirement}", name=printable(case.name), time="0"
    )
    tags = {Result.FAILED: "failure", Result.OPEN: "error", Result.SKIPPED: "skipped"}
    message = printable(case.message)
    if case.result in tags:
        child = ET.SubElement(element, tags[case.result], message=message)
        child.text = printable(case.detail) or None
    ET.SubElement(element, "system-out").text = message
    return element
