"""Facts survive being written and read, and damage to a line is named with its place."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.record import Fact, FactError, Record, decode_facts, encode_fact
from plimsoll.record import facts as kinds

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=5), JSON, max_size=3)
TIMES = st.floats(0, 1e10, allow_nan=False)


def facts_of(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    given_fields: dict[str, st.SearchStrategy[Any]] = {
        field: OBJECTS for field in ("object", "options", "found", "data") if hasattr(kind, field)
    }
    for field in ("seconds", "timeout_factor"):
        if hasattr(kind, field):
            given_fields[field] = TIMES
    return st.builds(kind, sequence=st.just(1), time=TIMES, **given_fields)


ANY_FACT: st.SearchStrategy[Fact] = st.one_of([facts_of(kind) for kind in get_args(Fact)])


@given(st.lists(ANY_FACT, max_size=6))
def test_round_trip(facts: list[Fact]) -> None:
    import msgspec

    numbered = [msgspec.structs.replace(fact, sequence=n) for n, fact in enumerate(facts, start=1)]
    lines = [encode_fact(fact) for fact in numbered]
    assert list(decode_facts(lines)) == numbered
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)


@pytest.mark.parametrize("kind", get_args(Fact))
def test_every_kind_has_a_tag_of_its_own(kind: type[Any]) -> None:
    tags = [each.__struct_config__.tag for each in get_args(Fact)]
    assert tags.count(kind.__struct_config__.tag) == 1


GOOD = encode_fact(kinds.Skipped(sequence=1, time=0.0, reason="-"))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([b"{"], "facts.jsonl, line 1: not a fact"),
        ([GOOD, b"\xff\n"], "facts.jsonl, line 2: not a fact"),
        ([GOOD, b'{"fact":"no-such","sequence":2,"time":0}'], "facts.jsonl, line 2: not a fact"),
        ([GOOD, b'{"fact":"skipped","sequence":2,"time":0}'], "missing required field `reason`"),
        ([GOOD.replace(b'"-"', b'"\xb0"')], "facts.jsonl, line 1: not a fact"),
        ([GOOD, GOOD], "facts.jsonl, line 2: fact 1 where 2 was expected"),
        ([GOOD.replace(b'"sequence":1', b'"sequence":3')], "line 1: fact 3 where 1 was expected"),
    ],
)
def test_damage_is_named_with_its_line(lines: list[bytes], says: str) -> None:
    with pytest.raises(FactError) as raised:
        list(decode_facts(lines))
    assert says in raised.value.what
    assert raised.value.next_step != ""


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_a_number_that_json_cannot_hold_is_refused(number: float) -> None:
    with pytest.raises(FactError, match="which JSON cannot hold"):
        encode_fact(kinds.StageEnded(sequence=1, time=0.0, stage="", outcome="", seconds=number))


@pytest.mark.parametrize("facts", [[], [kinds.Skipped(sequence=1, time=0.0, reason="-")]])
def test_a_record_begins_with_the_start_of_a_run(facts: list[Fact]) -> None:
    with pytest.raises(FactError, match="do not begin with the start of a run"):
        Record(facts)
