"""The whole set of real submissions: without a crash, within a second, nothing kept of texts."""

from __future__ import annotations

import time
from collections import Counter

import msgspec

from plimsoll.audit.model import Kind
from plimsoll.audit.one import audit_one
from plimsoll.submission import find, load
from tests.unit.submission.real_data import submissions


def test_the_whole_set_is_audited_fast_and_without_its_texts() -> None:
    loaded = [load(path) for path in find([submissions()])]
    start = time.process_time()
    audits = [audit_one(each) for each in loaded]
    took = time.process_time() - start
    assert len(audits) == 55
    assert took < 3  # 0.5 s on an idle core
    assert len(msgspec.json.encode(audits)) < 3_000_000


def test_most_mandatory_cells_rest_on_documentation() -> None:
    kinds = Counter(
        cell.kind
        for path in find([submissions()])
        for cell in audit_one(load(path)).cells
        if cell.level == "MUST"
    )
    assert kinds == {
        Kind.RUN: 48,
        Kind.TRANSCRIPT: 59,
        Kind.MANIFEST: 17,
        Kind.DOCUMENTATION: 347,
        Kind.PROSE: 11,
        Kind.NOTHING: 1,
    }
