"""Whatever a stream does: with no gap told, the watch knows exactly what the server has."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.harness.continuity import Continuity, Gap, Seen

Json = dict[str, Any]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.integers(0, 3)),
        st.tuples(st.just("bookmark"), st.just(0)),
        st.tuples(st.just("forget"), st.just(0)),
        st.tuples(st.just("deliver"), st.just(0)),
    ),
    max_size=40,
)


class Server:
    """A model of an API server and of the stream that a watch has open to it."""

    def __init__(self) -> None:
        self.revision = 1
        self.oldest = 0
        self.objects: dict[str, Json] = {}
        self.history: list[tuple[int, Json]] = []

    def change(self, number: int, *, delete: bool) -> None:
        uid = f"uid-{number}"
        if delete and uid not in self.objects:
            return
        kind = "DELETED" if delete else ("MODIFIED" if uid in self.objects else "ADDED")
        self.revision += 1
        obj = {"metadata": {"uid": uid, "resourceVersion": str(self.revision)}}
        if delete:
            del self.objects[uid]
        else:
            self.objects[uid] = obj
        self.history.append((self.revision, {"type": kind, "object": obj}))


class Stream:
    """A watch that follows the server whenever `deliver` lets it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.state = Continuity()
        self.told: list[Seen] = []
        self.gaps = 0
        self.deliver()

    def deliver(self) -> None:
        if self.state.version and int(self.state.version) < self.server.oldest:
            gone = {"type": "ERROR", "object": {"code": 410, "message": "old"}}
            assert isinstance(self.state.received(gone), Gap)
            self.gaps += 1
        if not self.state.version:
            objects, version = self.server.objects.values(), str(self.server.revision)
            self.told.extend(self.state.listed(objects, version))
            return
        after = int(self.state.version)
        for revision, event in self.server.history:
            if revision > after:
                seen = self.state.received(event)
                assert isinstance(seen, Seen)
                self.told.append(seen)

    def bookmark(self) -> None:
        self.deliver()
        mark = {"metadata": {"resourceVersion": str(self.server.revision)}}
        assert self.state.received({"type": "BOOKMARK", "object": mark}) is None


@given(STEPS)
def test_no_gap_means_nothing_was_missed(steps: list[tuple[str, int]]) -> None:
    server = Server()
    stream = Stream(server)
    for step, number in steps:
        if step in {"set", "delete"}:
            server.change(number, delete=step == "delete")
        elif step == "forget":
            server.oldest = server.revision
        elif step == "bookmark":
            stream.bookmark()
        elif step == "deliver":
            stream.deliver()
    stream.deliver()
    assert stream.state.objects == server.objects
    assert stream.state.includes(server.objects.values(), str(server.revision))
    if not stream.gaps:
        changes = [seen.object["metadata"]["resourceVersion"] for seen in stream.told]
        assert changes == [str(revision) for revision, _ in server.history]


@given(st.sampled_from([0, 429, 500, 503, 504]), st.text(max_size=5))
def test_a_passing_error_is_no_gap(code: int, message: str) -> None:
    state = Continuity()
    state.listed([], "7")
    assert state.refused(code, message) is None
    assert state.version == "7"


@given(st.sampled_from([400, 403, 410]))
def test_any_other_refusal_is_a_gap(code: int) -> None:
    state = Continuity()
    state.listed([], "7")
    assert isinstance(state.refused(code, "no"), Gap)
    assert not state.version


@given(st.sampled_from(["", "ADDED?", "SYNC"]))
def test_an_event_that_is_not_known_is_a_gap(kind: str) -> None:
    state = Continuity()
    assert isinstance(state.received({"type": kind, "object": {}}), Gap)


def test_a_missing_event_is_noticed_by_comparison_with_a_list() -> None:
    state = Continuity()
    old = {"metadata": {"uid": "a", "resourceVersion": "5"}}
    state.listed([old], "5")
    assert state.includes([old], "6")
    assert not state.includes([], "6")
    assert not state.includes([{"metadata": {"uid": "a", "resourceVersion": "6"}}], "6")
    assert not state.includes([old, {"metadata": {"uid": "b", "resourceVersion": "6"}}], "6")


def test_an_object_that_went_after_a_list_does_not_hold_up_the_list() -> None:
    pod = {"metadata": {"uid": "u", "resourceVersion": "5"}}
    state = Continuity()
    state.listed([pod], "5")
    later = {"metadata": {"uid": "u", "resourceVersion": "6"}}
    assert not state.includes([later], "6")
    state.received(
        {"type": "DELETED", "object": {"metadata": {"uid": "u", "resourceVersion": "7"}}}
    )
    assert state.includes([later], "6")
