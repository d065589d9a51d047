"""`--endpoint URL[,KEY=VALUE]...` names a model server and what it serves."""

from __future__ import annotations

import pytest

from plimsoll.errors import UsageError
from plimsoll.router.endpoint_spec import parse_flag
from plimsoll.router.settings import EndpointSettings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://10.0.0.1:8000", "http://10.0.0.1:8000"),
        ("10.0.0.1:8000", "http://10.0.0.1:8000"),
        ("gpu1:8000", "http://gpu1:8000"),
        ("http://10.0.0.1:8000/", "http://10.0.0.1:8000"),
        ("http://10.0.0.1:8000/v1", "http://10.0.0.1:8000"),
        ("http://10.0.0.1:8000/engines/a/v1/", "http://10.0.0.1:8000/engines/a"),
        ("http://10.0.0.1", "http://10.0.0.1:80"),
        ("https://gpu1", "https://gpu1:443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_url(url: str, expected: str) -> None:
    assert parse_flag(url).url() == expected


def test_what_it_serves() -> None:
    spec = parse_flag(
        "http://10.0.0.1:8000,model=a,model=b,adapter=sql,role=decode,label.zone=z,engine=sglang"
    )
    expected = EndpointSettings(
        address="10.0.0.1:8000",
        url="http://10.0.0.1:8000",
        models=("a", "b"),
        adapters=("sql",),
        labels={"llm-d.ai/role": "decode", "zone": "z"},
        engine="sglang",
    )
    assert expected == spec.settings("10.0.0.1")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ftp://a:1",
        "http://",
        "http://a:99999",
        "http://a:0",
        "http://a:x",
        "http://u:p@a:1",
        "http://a:1/?x=1",
        "http://a b:1",
        "http://[::1:1",
        "http://a:1,model",
        "http://a:1,model=",
        "http://a:1,colour=red",
        "http://a:1,label.=x",
    ],
)
def test_wrong(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_flag(wrong)
    assert caught.value.next_step
