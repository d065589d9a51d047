"""Any bytes as evidence, any YAML as a submission: an audit, never another exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.audit.one import audit_one
from plimsoll.standard.requirements import REQUIREMENTS
from plimsoll.submission import load
from tests.unit.audit.made import audited, entry, product

SETTINGS = settings(max_examples=60, deadline=None)
NAMES = st.sampled_from(
    ["a.md", "a.log", "a.json", "junit.xml", "a.yaml", "a", "a.png", "a.md#x", "./a.txt"]
)
PIECES = st.sampled_from(
    [
        b"```\n",
        b"$ kubectl exec a -- ls /dev/nvidia*\n",
        b"ls: cannot access '/dev/nvidia*': No such file or directory\n",
        b"kubectl apply -f - <<EOF\n",
        b"kind: Job\n",
        b"NAME   ADMITTED   PENDING WORKLOADS   MINPODS   REPLICAS\n",
        b"# Gang\n",
        b"    $ ls '\n",
        b"minSize: 2\nmaxSize: 2\n",
        b"**Expected Output:**\n",
        "• [0.1 seconds]\n".encode(),
        b"--- SKIP: TestGangScheduling (0.00s)\n",
        b'{"Action":"run","Test":"TestGangScheduling"}\n',
        b"<testsuite><testcase name='gang scheduling'>",
    ]
)
CONTENT = st.lists(PIECES | st.binary(max_size=40), max_size=12).map(b"".join)


@SETTINGS
@given(NAMES, CONTENT, st.sampled_from(sorted(REQUIREMENTS)))
def test_any_evidence_is_audited(name: str, content: bytes, requirement: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = product(entry(requirement, name))
        assert len(audited(Path(folder), text, {name.partition("#")[0]: content}).cells) == 1


@SETTINGS
@given(st.text(max_size=60).filter(lambda text: text.isprintable() and '"' not in text))
def test_any_text_is_an_entry(evidence: str) -> None:
    text = product(entry("gang_scheduling", evidence.replace("\\", "")))
    with tempfile.TemporaryDirectory() as folder:
        audited(Path(folder), text)


YAML = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


@SETTINGS
@given(YAML, YAML, st.binary(max_size=30))
def test_any_yaml_is_a_submission(first: object, second: object, tail: bytes) -> None:
    content = f"metadata: {first!r}\nspec:\n  security:\n  - {second!r}\n".encode(
        "utf-8", "surrogatepass"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "PRODUCT.yaml")
        path.write_bytes(content + tail)
        audit_one(load(path))
