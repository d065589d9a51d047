"""From start to end of `plimsoll route`: compose, serve, apply what changes, drain.

The main thread sleeps until there is something to do. Signals, lines of the watching process and
the end of the drain are events of one queue.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from types import FrameType

import msgspec
from msgspec import Struct

from plimsoll.errors import ExitCode, PlimsollError, UsageError
from plimsoll.router import data_plane
from plimsoll.router.bootstrap import BootstrapSettings
from plimsoll.router.explain import profile_lines
from plimsoll.router.live import Composer, Inputs
from plimsoll.router.log import Log
from plimsoll.router.policy import load_policy
from plimsoll.router.settings import LiveSettings, to_json
from plimsoll.router.watcher_process import WatcherProcess

_POOL_SECONDS = 20.0
_SIGNALS = {signal.SIGTERM: "stop", signal.SIGINT: "stop", signal.SIGHUP: "reload"}


class Plan(Struct, frozen=True, kw_only=True):
    """All that `plimsoll route` was told."""

    bootstrap: BootstrapSettings
    inputs: Inputs
    policy: str = ""
    """Entry point or `module:function`; empty: none."""
    drain_seconds: float = 30.0


class Event(Struct, frozen=True):
    """Something to do: stop, reload, live, say, fail or drained."""

    kind: str
    text: bytes = b""


Events = SimpleQueue[Event]


def serve(plan: Plan, watcher_module: str) -> int:
    """Serve until told to stop; return the exit status.

    `watcher_module` is run as the process that watches. Raises PlimsollError for what keeps it from
    starting.
    """
    log = Log(plan.bootstrap.log)
    events: Events = SimpleQueue()
    composer = Composer(plan.inputs)
    composer.read()
    if not (plan.inputs.endpoints or composer.endpoints_file or plan.inputs.pool):
        raise UsageError(
            f"there is no endpoint to route to: {composer.config.name} names no file of endpoints",
            next_step="give --endpoint URL, --endpoints FILE or --inference-pool NAME",
        )
    policy = load_policy(plan.policy) if plan.policy else None
    data_plane.load()
    live = asyncio.run(composer.compose())
    for remark in (*map(str, composer.config.findings), *composer.problems):
        log.say(remark)
    with _signals(events):
        watcher = _watcher(plan, composer, watcher_module, events)
        try:
            document = to_json(live)
            if plan.inputs.pool is not None:
                document = _first_of_pool(events, log)
            router = data_plane.make(to_json(plan.bootstrap), document, policy)
            return _serve(plan, composer, _Running(router, document, watcher, events, log))
        finally:
            if watcher is not None:
                watcher.stop()


class _signals:  # noqa: N801  (reads as a statement)
    """Turns signals into events, and gives them back afterwards."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def __enter__(self) -> None:
        self._before = {number: signal.signal(number, self._take) for number in _SIGNALS}

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, _: FrameType | None) -> None:
        self._events.put(Event(_SIGNALS[signal.Signals(number)]))


def _watcher(plan: Plan, composer: Composer, module: str, events: Events) -> WatcherProcess | None:
    if not composer.changes:
        return None
    watcher = WatcherProcess(plan.inputs, module, lambda kind, text: events.put(Event(kind, text)))
    watcher.start()
    return watcher


def _first_of_pool(events: Events, log: Log) -> bytes:
    """Wait until the pool has been listed once; return the settings with its endpoints."""
    last = ""
    while True:
        try:
            event = events.get(timeout=_POOL_SECONDS)
        except Empty:
            raise PlimsollError(
                f"the InferencePool was not answered within {_POOL_SECONDS:g} s"
                + (f": {last}" if last else ""),
                next_step="see whether `kubectl get inferencepools` answers",
            ) from None
        if event.kind == "live":
            return event.text
        if event.kind == "fail":
            raise _failure(event.text)
        if event.kind == "stop":
            raise KeyboardInterrupt
        if event.kind == "say":
            last = event.text.decode(errors="replace")
            log.say(last)


def _failure(text: bytes) -> PlimsollError:
    said = msgspec.json.decode(text, type=dict[str, str])
    return PlimsollError(said.get("what", ""), next_step=said.get("next", ""))


class _Running:
    """The router and what it was last told."""

    def __init__(
        self,
        router: data_plane.RouterHandle,
        document: bytes,
        watcher: WatcherProcess | None,
        events: Events,
        log: Log,
    ) -> None:
        self.log = log
        self.router = router
        self.document = document
        self.watcher = watcher
        self.events = events

    def apply(self, document: bytes) -> None:
        """Replace the settings; what the data plane refuses changes nothing."""
        if document == self.document:
            return
        try:
            self.router.apply(document)
        except data_plane.settings_error() as error:
            self.log.say(f"{error}; the settings before stay in force")
            return
        before, self.document = self.document, document
        self.log.say(_difference(before, document))

    def again(self) -> None:
        """Read files and certificates again, as SIGHUP asks."""
        try:
            self.router.apply(self.document)
        except data_plane.settings_error() as error:
            self.log.say(f"{error}; what was read before stays in force")
        if self.watcher is None:
            self.log.say("read again")
        else:
            self.watcher.reload()


def _serve(plan: Plan, composer: Composer, running: _Running) -> int:
    try:
        addresses = running.router.start()
    except data_plane.settings_error() as error:
        raise data_plane.refused(error) from error
    live = msgspec.json.decode(running.document, type=LiveSettings)
    if running.log.is_json:
        endpoints = [each.address for each in live.endpoints]
        named = composer.config.name
        running.log.say("serving", addresses=addresses, endpoints=endpoints, decisions=named)
    else:
        print("\n".join(overview(plan, addresses, live, composer)), flush=True)
    try:
        while (event := running.events.get()).kind != "stop":
            _HANDLE.get(event.kind, _unknown)(running, event.text)
        return _drain(plan, running)
    finally:
        running.router.stop()


_HANDLE: dict[str, Callable[[_Running, bytes], None]] = {
    "live": lambda running, text: running.apply(text),
    "say": lambda running, text: running.log.say(text.decode(errors="replace")),
    "fail": lambda running, text: running.log.say(_failure(text).what),
    "reload": lambda running, _: running.again(),
}


def _unknown(running: _Running, text: bytes) -> None:
    running.log.say(text.decode(errors="replace"))


def _drain(plan: Plan, running: _Running) -> int:
    """Let running requests end; a second signal cuts them."""
    seconds = plan.drain_seconds
    running.log.say(f"draining: nothing new is taken, running requests have {seconds:g} s")

    def wait() -> None:
        ended = running.router.drain(seconds)
        running.events.put(Event("drained", b"all" if ended else b"some"))

    threading.Thread(target=wait, name="drain", daemon=True).start()
    while True:
        try:
            event = running.events.get(timeout=seconds + 30)
        except Empty:
            event = Event("drained", b"some")
        if event.kind in {"drained", "stop"}:
            whole = event.kind == "drained" and event.text == b"all"
            running.log.say(
                "drained: every request ended" if whole else "stopped before every request ended"
            )
            return ExitCode.PASS


def _difference(before: bytes, after: bytes) -> str:
    """Return in words what new settings change."""
    old, new = (msgspec.json.decode(each, type=LiveSettings) for each in (before, after))
    was = {each.address: each for each in old.endpoints}
    now = {each.address: each for each in new.endpoints}
    parts = [
        f"{word} {', '.join(sorted(which))}"
        for word, which in (
            ("added", now.keys() - was.keys()),
            ("removed", was.keys() - now.keys()),
            ("changed", {a for a in was.keys() & now.keys() if was[a] != now[a]}),
        )
        if which
    ]
    others = msgspec.structs.replace(old, endpoints=()) != msgspec.structs.replace(
        new, endpoints=()
    )
    parts += ["decisions replaced"] if others else []
    return f"new settings: {'; '.join(parts) or 'nothing changed'} ({len(now)} endpoints)"


_TITLES = {"proxy": "OpenAI API", "ext_proc": "endpoint picker", "health": "gRPC health"}


def overview(
    plan: Plan, addresses: dict[str, str], live: LiveSettings, composer: Composer
) -> Iterator[str]:
    """Yield what is served, from where and by which decisions, in words."""
    yield "Serving"
    for name, address in addresses.items():
        yield f"  {_TITLES.get(name, name):<16} {_reached(name, address, plan)}"
    yield f"Endpoints ({len(live.endpoints)})"
    if not live.endpoints:
        yield "  none yet: every request is answered with 503"
    for endpoint in live.endpoints:
        labels = [f"{name}={value}" for name, value in sorted(endpoint.labels.items())]
        serves = ", ".join((*endpoint.models, *endpoint.adapters)) or "any model"
        name = f"{endpoint.url} ({endpoint.authority})" if endpoint.authority else endpoint.url
        yield "  ".join(("", name, serves, *labels)).rstrip()
    yield f"Decisions ({composer.config.name})"
    for profile in composer.config.profiles:
        if len(composer.config.profiles) > 1:
            yield f" Profile {profile.name}"
        yield from profile_lines(profile)
    if plan.policy:
        yield f"  The policy {plan.policy} decides; what it declines is decided as above."
    yield "Stop with Ctrl-C or SIGTERM (drains); SIGHUP reads files and certificates again."


def _reached(name: str, address: str, plan: Plan) -> str:
    scheme = "https" if name == "proxy" and plan.bootstrap.tls else "http"
    paths = {"proxy": f"{scheme}://{address}/v1", "metrics": f"http://{address}/metrics"}
    return paths.get(name, f"{address} (gRPC)")
