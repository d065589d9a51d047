"""The description of the ext_proc service is the official one, in Python and Rust alike."""

from __future__ import annotations

import pytest

from tests.router.descriptors import PLACES, official


def test_it_is_what_xds_protos_says() -> None:
    pytest.importorskip(
        "envoy.service.ext_proc.v3.external_processor_pb2",
        reason="xds-protos, which has the official messages, is not installed",
    )
    assert [place.read_bytes() for place in PLACES] == [official(), official()]


def test_both_copies_are_the_same() -> None:
    first, second = (place.read_bytes() for place in PLACES)
    assert first == second
