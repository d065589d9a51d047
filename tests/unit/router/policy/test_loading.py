"""A policy is found by module and function or by entry point; what is wrong with it is said."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.policy import load_policy

MODULE = """\
def first(view):
    return 0

class Holder:
    @staticmethod
    def last(view):
        return len(view) - 1

number = 3
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "my_policies.py").write_text(MODULE)
    (tmp_path / "broken_policies.py").write_text("1 / 0\n")
    (tmp_path / "needy_policies.py").write_text("import no_such_library\n")
    return tmp_path


@pytest.mark.usefixtures("here")
def test_a_function_of_the_working_folder() -> None:
    assert load_policy("my_policies:first").__name__ == "first"
    assert load_policy("my_policies:Holder.last")([1, 2, 3]) == 2  # type: ignore[arg-type]


def test_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("mine", "operator:length_hint", "plimsoll.policies")
    monkeypatch.setattr("plimsoll.router.policy.entry_points", lambda **_: [entry])
    assert load_policy("mine")([1, 2]) == 2  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="there is no policy 'min'") as caught:
        load_policy("min")
    assert caught.value.next_step == "did you mean mine?"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("no_such_module:f", "there is no module no_such_module"),
        ("my_policies:fist", "my_policies has no fist"),
        ("my_policies:", "my_policies has no function"),
        ("my_policies:number", "is no function"),
        ("broken_policies:f", "cannot be loaded: ZeroDivisionError"),
        ("needy_policies:f", "No module named 'no_such_library'"),
        ("nothing", "there is no policy 'nothing'"),
    ],
)
def test_wrong(reference: str, says: str) -> None:
    with pytest.raises(PlimsollError, match=says) as caught:
        load_policy(reference)
    assert caught.value.next_step
