"""`--rewrite NAME=TARGET[:WEIGHT],...` sends a model under other names."""

from __future__ import annotations

import pytest

from plimsoll.errors import UsageError
from plimsoll.router.rewrites import parse_rewrite
from plimsoll.router.settings import RewriteTarget as Target


@pytest.mark.parametrize(
    ("text", "model", "targets"),
    [
        ("llama=v1:9,v2:1", "llama", (Target(model="v1", weight=9), Target(model="v2", weight=1))),
        ("llama=v2", "llama", (Target(model="v2"),)),
        ("*=v2", "", (Target(model="v2"),)),
        ("llama=org/qwen:instruct", "llama", (Target(model="org/qwen:instruct"),)),
    ],
)
def test_rule(text: str, model: str, targets: tuple[Target, ...]) -> None:
    rule = parse_rewrite(text)
    assert (rule.model, rule.targets) == (model, targets)


@pytest.mark.parametrize("wrong", ["", "llama", "llama=", "=v2", "llama=v1:0", "llama=:1"])
def test_wrong(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_rewrite(wrong)
    assert caught.value.next_step
