"""A supervisor that cannot follow a record says so, whatever the reason: `up` waits for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from plimsoll.embedded import supervisor
from plimsoll.embedded.state import Folder, Record
from plimsoll.embedded.supervisor import Supervisor


class Revision:
    revision = 7


def test_a_record_that_it_cannot_read_is_a_failed_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newer(*_: Any) -> None:
        raise TypeError("unexpected keyword argument 'of_a_newer_plimsoll'")

    monkeypatch.setattr(supervisor, "Platform", newer)
    folder = Folder("test", tmp_path)
    folder.path.mkdir()
    Supervisor(folder)._attempt(cast("Record", Revision()))
    status = folder.read_status()
    assert status is not None
    assert "of_a_newer_plimsoll" in status.failed
    events = folder.progress.read_text()
    assert '"stuck"' in events
    assert "of_a_newer_plimsoll" in events
