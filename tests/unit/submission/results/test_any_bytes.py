"""Any bytes: results, nothing, or a sentence; never another exception."""

from __future__ import annotations

import contextlib

from hypothesis import example, given
from hypothesis import strategies as st

from plimsoll.submission.results import BadResultsError, effective, read_results

STARTS = [
    b"",
    b"<testsuite>",
    b'<?xml version="1.0"?><testsuites><testsuite name="a"><testcase ',
    b'{"Action":"run","Test":"A"}\n{',
    b"--- PASS: A (0.00s)\n",
    "• [0.5 seconds]\nSUCCESS! -- 1 Passed | 0 Failed | 0 Pending | 7 Skipped".encode(),
]


@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from(STARTS))
@example(b'<?xml version="1.0" encoding="cp037"?><testsuite/>', b"", b"")
@example(b'<?xml version="1.0" encoding="euc-jp"?><testsuite/>', b"", b"")
def test_nothing_else_comes_out(start: bytes, middle: bytes, end: bytes) -> None:
    with contextlib.suppress(BadResultsError):
        results = read_results(start + middle + end, "any")
        if results:
            effective(results)
