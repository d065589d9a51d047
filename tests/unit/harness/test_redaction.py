"""What is written can be published: stable pseudonyms, no secrets, and nothing twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import PlimsollError
from plimsoll.harness.redaction import REMOVED, Redactor, load_key

UUIDS = st.uuids().map(str)
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=20), UUIDS, ADDRESSES,
        st.sampled_from(["gpu-node-7", "on gpu-node-7:", "GPU-" + "0" * 8, "v1.37.2", "1.5.2"]),
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["nodeName", "name", "data", "kind"]), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip

NODE: dict[str, Any] = {
    "metadata": {"name": "gpu-node-7", "labels": {"kubernetes.io/hostname": "ip-10-0-0-7"}},
    "spec": {"providerID": "aws:///eu-west-1a/i-0abc12345"},
    "status": {
        "addresses": [{"type": "InternalDNS", "address": "gpu-node-7.corp.example"}],
        "nodeInfo": {"machineID": "6d1e2f"},
    },
}


def _redactor(*, embedded: bool = False) -> Redactor:
    redactor = Redactor(b"k" * 32, embedded=embedded)
    redactor.learn_node(NODE)
    return redactor


@given(JSON)
def test_redacting_again_changes_nothing(value: Any) -> None:
    redactor = _redactor()
    once = redactor.redact(value)
    assert redactor.redact(once) == once


@given(UUIDS, UUIDS)
def test_pseudonyms_tell_apart_what_was_apart(one: str, other: str) -> None:
    redactor = _redactor()
    texts = [redactor.text(f"GPU-{value}") for value in (one, other)]
    assert (texts[0] == texts[1]) is (one == other)
    assert one not in texts[0]
    assert _redactor().text(f"GPU-{one}") == texts[0]


@given(st.ip_addresses())
def test_addresses_do_not_get_out(address: Any) -> None:
    text = _redactor().text(f"dial {address} failed")
    public = address.is_loopback or address.is_unspecified
    assert (str(address) in text) is public


@pytest.mark.parametrize(
    "name",
    [
        "gpu-node-7",
        "ip-10-0-0-7",
        "aws:///eu-west-1a/i-0abc12345",
        "gpu-node-7.corp.example",
        "6d1e2f",
    ],
)
def test_everything_that_names_a_node_is_replaced_everywhere(name: str) -> None:
    fact = {"stdout": f"on {name}, all well", "list": [{"deep": name}], f"taint/{name}": "x"}
    assert name not in json.dumps(_redactor().redact(fact))


def test_a_longer_name_is_not_broken_by_a_shorter_one() -> None:
    redactor = _redactor()
    redactor.learn("node", ["gpu-node-77"])
    assert redactor.text("gpu-node-77") == redactor.pseudonym("node", "gpu-node-77")
    assert redactor.text("my-gpu-node-7x") == "my-gpu-node-7x"


def test_a_node_that_is_first_seen_in_a_pod_is_learnt_from_it() -> None:
    redactor = _redactor()
    redacted = redactor.redact({"spec": {"nodeName": "new-node"}, "message": "to new-node"})
    assert "new-node" not in json.dumps(redacted)


TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(
    "value",
    [
        {"token": TOKEN},
        {"stdout": f"token is {TOKEN}"},
        {"env": [{"name": "AWS_SECRET_ACCESS_KEY", "value": "hush-hush"}]},
        {"stdout": "PASSWORD=hush-hush"},
        {"environment": {"HF_TOKEN": "hush-hush"}},
        {"kind": "Secret", "data": {"x": "hush-hush"}},
        {"header": "Authorization: Bearer hush-hush-hush"},
    ],
)
def test_secrets_are_removed_everywhere(value: Any, embedded: bool) -> None:
    text = json.dumps(_redactor(embedded=embedded).redact(value))
    assert "hush" not in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    "text",
    [
        "v1.37.2",
        "containerd 2.4.1",
        "12:34:56",
        "127.0.0.1",
        "/dev/loop10001",
        "0000:3b:00.0",
        "sha256:0123456789abcdef",
        "2026-11-25T10:00:00Z",
    ],
)
def test_what_judging_reads_stays(text: str) -> None:
    assert _redactor().text(text) == text


def test_names_stay_on_the_embedded_platform() -> None:
    assert _redactor(embedded=True).text("gpu-node-7 10.1.2.3") == "gpu-node-7 10.1.2.3"


def test_names_of_secrets_are_not_secrets() -> None:
    value = {"imagePullSecrets": [{"name": "mirror"}], "token": {"nested": "kept"}}
    assert _redactor().redact(value) == value
    assert REMOVED in _redactor().redact({"token": "x"})["token"]


def test_the_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "state" / "redaction.key"
    key = load_key(path)
    assert load_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "redaction.key"
    path.write_bytes(b"short")
    with pytest.raises(PlimsollError, match="damaged"):
        load_key(path)
