"""Files and names are watched: a change is one new document, a broken edit changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

from plimsoll.errors import PlimsollError
from plimsoll.router.live import Composer, Inputs
from plimsoll.router.settings import EndpointSettings, LiveSettings
from plimsoll.router.watching import Kind, Watching
from tests.unit.router.endpoints.test_names import Names
from tests.unit.router.waiting import until

CONFIG = """\
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: {scorer}
"""


class Parent:
    """What the process that serves would see."""

    def __init__(self) -> None:
        self.live: list[LiveSettings] = []
        self.said: list[str] = []
        self.commands: asyncio.Queue[str | None] = asyncio.Queue()

    def take(self, kind: Kind, text: bytes) -> None:
        if kind == "live":
            self.live.append(msgspec.json.decode(text, type=LiveSettings))
        else:
            self.said.append(text.decode())

    async def listen(self) -> AsyncIterator[str]:
        while (command := await self.commands.get()) is not None:
            yield command

    def addresses(self) -> list[list[str]]:
        return [[each.address for each in live.endpoints] for live in self.live]


@pytest.fixture
def parent() -> Parent:
    return Parent()


async def run(parent: Parent, inputs: Inputs, names: Names | None = None) -> asyncio.Task[None]:
    watching = Watching(
        inputs,
        parent.take,
        lookup=names or Names(),
        look_seconds=0.02,
        look_up_seconds=0.05,
    )
    task = asyncio.create_task(watching.run(parent.listen()))
    await until(lambda: parent.live)
    return task


async def end(parent: Parent, task: asyncio.Task[None]) -> None:
    parent.commands.put_nowait(None)
    await task


async def test_an_edit_is_seen(parent: Parent, tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("endpoints: [{url: 'http://10.0.0.1:1'}]")
    task = await run(parent, Inputs(endpoints_file=str(file)))
    file.write_text("endpoints: [{url: 'http://10.0.0.1:1'}, {url: 'http://10.0.0.2:1'}]")
    await until(lambda: len(parent.live) == 2)
    await end(parent, task)
    assert parent.addresses() == [["10.0.0.1:1"], ["10.0.0.1:1", "10.0.0.2:1"]]


async def test_nothing_is_put_together_while_nothing_changes(
    parent: Parent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed: list[LiveSettings] = []
    compose = Composer.compose

    async def counted(self: Composer, pool: Sequence[EndpointSettings] = ()) -> LiveSettings:
        composed.append(await compose(self, pool))
        return composed[-1]

    monkeypatch.setattr(Composer, "compose", counted)
    file = tmp_path / "e.yaml"
    file.write_text("endpoints: [{url: 'http://10.0.0.1:1'}]")
    task = await run(parent, Inputs(endpoints_file=str(file)))
    await asyncio.sleep(0.2)
    assert len(composed) == 1
    file.write_text("endpoints: [{url: 'http://10.0.0.22:1'}]")
    await until(lambda: len(parent.live) == 2)
    await end(parent, task)
    assert len(composed) == 2


async def test_a_replaced_file_is_seen(parent: Parent, tmp_path: Path) -> None:
    file, other = tmp_path / "e.yaml", tmp_path / "new.yaml"
    file.write_text("endpoints: [{url: 'http://10.0.0.1:1'}]")
    task = await run(parent, Inputs(endpoints_file=str(file)))
    other.write_text("endpoints: [{url: 'http://10.0.0.2:1'}]")
    other.replace(file)
    await until(lambda: len(parent.live) == 2)
    await end(parent, task)
    assert parent.addresses()[-1] == ["10.0.0.2:1"]


async def test_a_broken_edit_changes_nothing_and_is_said_once(
    parent: Parent, tmp_path: Path
) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("endpoints: [{url: 'http://10.0.0.1:1'}]")
    task = await run(parent, Inputs(endpoints_file=str(file)))
    file.write_text("endpoints: [{url: 'ftp://10.0.0.1:1'}]")
    await until(lambda: parent.said)
    parent.commands.put_nowait("reload\n")
    await asyncio.sleep(0.2)
    file.write_text("endpoints: [{url: 'http://10.0.0.3:1'}]")
    await until(lambda: len(parent.live) == 2)
    await end(parent, task)
    assert parent.addresses() == [["10.0.0.1:1"], ["10.0.0.3:1"]]
    assert len(parent.said) == 2
    assert "e.yaml:1:19: 'ftp://10.0.0.1:1' is not a URL of http" in parent.said[0]
    assert parent.said[0].endswith("what was read before stays in use")
    assert parent.said[1] == "the files can be read again, and are in use"


async def test_a_file_that_goes_away_changes_nothing(parent: Parent, tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("endpoints: [{url: 'http://10.0.0.1:1'}]")
    task = await run(parent, Inputs(endpoints_file=str(file)))
    file.unlink()
    await until(lambda: parent.said)
    await end(parent, task)
    assert parent.addresses() == [["10.0.0.1:1"]]
    assert "cannot be read: No such file" in parent.said[0]


async def test_a_configuration_is_watched_too(parent: Parent, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(CONFIG.format(scorer="queue-scorer"))
    task = await run(parent, Inputs(config=str(file), endpoints=("10.0.0.1:1",)))
    file.write_text(CONFIG.format(scorer="load-aware-scorer"))
    await until(lambda: len(parent.live) == 2)
    await end(parent, task)
    kinds = [type(live.profiles["default"].scorers[0]).__name__ for live in parent.live]
    assert kinds == ["QueueScorer", "LoadAwareScorer"]


async def test_a_name_that_moves_is_seen(parent: Parent) -> None:
    names = Names(gpu=("10.0.0.1",))
    task = await run(parent, Inputs(endpoints=("gpu:1",)), names)
    names.known["gpu"] = ("10.0.0.2",)
    await until(lambda: len(parent.live) == 2)
    names.known.clear()
    await until(lambda: parent.said)
    names.known["gpu"] = ("10.0.0.2",)
    await until(lambda: len(parent.said) == 2)
    await end(parent, task)
    assert parent.addresses() == [["10.0.0.1:1"], ["10.0.0.2:1"]]
    assert parent.said[1] == "every endpoint can be looked up again"


async def test_reading_again_is_confirmed(parent: Parent, tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("endpoints: []")
    task = await run(parent, Inputs(endpoints_file=str(file)))
    parent.commands.put_nowait("reload\n")
    await until(lambda: parent.said)
    await end(parent, task)
    assert parent.said == ["read again"]


async def test_what_cannot_be_read_at_first_ends_it(parent: Parent) -> None:
    with pytest.raises(PlimsollError, match="cannot be read"):
        await Watching(Inputs(endpoints_file="/nothing"), parent.take).run(parent.listen())
