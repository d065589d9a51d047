"""Counts say how many of how many, and nothing that was contradicted counts as backed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.audit.counts import count, tally
from plimsoll.audit.model import Kind
from plimsoll.submission import Severity
from tests.unit.audit.page.made import audit, cell, finding


def test_a_claim_is_backed_by_a_run_that_nothing_contradicts() -> None:
    counted = tally(
        [
            cell("a", Kind.RUN),
            cell("b", Kind.RUN, finding(Severity.ERROR)),
            cell("c", Kind.RUN, finding(Severity.WARNING, "not demonstrated: no output")),
            cell("d", Kind.TRANSCRIPT, finding(Severity.WARNING, "the notes say what others say")),
        ]
    )
    assert (counted.cells, counted.claimed, counted.backed) == (4, 4, 2)
    assert (counted.contradicted, counted.not_demonstrated) == (1, 1)
    assert counted.share == 0.5
    assert counted.kinds["recorded run"] == 3


def test_what_claims_nothing_is_no_part_of_a_share() -> None:
    counted = tally(
        [
            cell("a", Kind.RUN, status=" partially  implemented "),
            cell("b", Kind.RUN, status="N/A"),
            cell("c", Kind.NOTHING, status=""),
            cell("d", Kind.NOTHING, status="Not Implemented"),
        ]
    )
    assert (counted.cells, counted.claimed, counted.backed) == (4, 1, 1)


def test_no_claim_has_no_share() -> None:
    assert tally([]).share is None


def test_evidence_that_was_refused_contradicts_nothing() -> None:
    refused = finding(Severity.ERROR)
    assert tally([cell("a", Kind.RUN, refused)]).contradicted == 1
    outside = type(refused)(
        rule="evidence-outside", severity=Severity.ERROR, place=refused.place, what="not read"
    )
    assert tally([cell("a", Kind.RUN, outside)]).contradicted == 0


def test_the_trend_runs_over_the_versions_in_order() -> None:
    counts = count(
        [
            audit("v1.10", "harbour", cell("a", Kind.RUN)),
            audit("v1.9", "harbour", cell("a", Kind.PROSE), cell("b", Kind.RUN, level="SHOULD")),
            audit("", "lagoon", cell("a", Kind.PROSE)),
        ]
    )
    assert [row.name for row in counts.versions] == ["v1.9", "v1.10", "no version"]
    assert [row.all.backed for row in counts.versions] == [1, 1, 0]
    assert [row.must.backed for row in counts.versions] == [0, 1, 0]
    assert [trend.total.name for trend in counts.requirements] == ["a", "b"]
    assert [row.all.claimed for row in counts.requirements[0].versions] == [1, 1, 1]


def test_a_products_folder_has_no_case() -> None:
    counts = count([audit("v1.34", "ABC"), audit("v1.35", "abc")])
    assert [(trend.total.name, trend.total.submissions) for trend in counts.products] == [
        ("abc", 2)
    ]


@given(st.lists(st.tuples(st.sampled_from(["v1.33", "v1.34", ""]), st.sampled_from(list(Kind)))))
def test_every_cell_is_counted_once_whichever_way(made: list[tuple[str, Kind]]) -> None:
    counts = count([audit(version, "x", cell(kind.name, kind)) for version, kind in made])
    assert sum(counts.total.all.kinds.values()) == len(made)
    for rows in (counts.versions, [each.total for each in counts.requirements]):
        assert sum(row.all.cells for row in rows) == len(made)
        assert sum(row.all.backed for row in rows) == counts.total.all.backed
