"""Links are tried gently, and what a host answers becomes the finding that it deserves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from plimsoll.lint.online import Answer, Cache, Manners, State, ask, online
from plimsoll.lint.online.client import is_private
from plimsoll.submission import Severity, load
from tests.unit.lint.cases.case import spoiled
from tests.unit.lint.product import text, write

Handler = Callable[[httpx2.Request], httpx2.Response]


class Host:
    """Answers by path, and counts what it was asked."""

    def __init__(self, answers: dict[str, Handler] | None = None) -> None:
        self.answers = answers or {}
        self.asked: Counter[str] = Counter()
        self.slept: list[float] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked[f"{request.method} {request.url.path}"] += 1
        handler = self.answers.get(request.url.path)
        return handler(request) if handler else httpx2.Response(200)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    @property
    def manners(self) -> Manners:
        return Manners(transport=httpx2.MockTransport(self), sleep=self.sleep, pause=0)


def status(code: int, **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx2.Response(code, headers=named)


def head_refused(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(405 if request.method == "HEAD" else 200)


def fails(error: type[httpx2.RequestError]) -> Handler:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise error("refused", request=request)

    return handler


async def _answer(host: Host, tmp_path: Path, path: str = "/x") -> Answer:
    url = f"https://breakwater.dev{path}"
    return (await ask([url], Cache(tmp_path / "links.json"), host.manners))[url]


@pytest.mark.parametrize(
    ("handler", "state"),
    [
        (status(200), State.ALIVE),
        (head_refused, State.ALIVE),
        (status(404), State.DEAD),
        (status(500), State.DEAD),
        (status(429), State.UNKNOWN),
        (status(302, Location="/y"), State.ALIVE),
        (status(301, Location="/y"), State.MOVED),
        (status(301, Location="/x"), State.DEAD),
        (status(302, Location="http://169.254.169.254/latest"), State.UNKNOWN),
        (fails(httpx2.ConnectError), State.DEAD),
        (fails(httpx2.ReadTimeout), State.UNKNOWN),
    ],
)
async def test_an_answer_is_judged(handler: Handler, state: State, tmp_path: Path) -> None:
    assert (await _answer(Host({"/x": handler}), tmp_path)).state == state


async def test_head_is_enough_where_it_is_answered(tmp_path: Path) -> None:
    host = Host()
    await _answer(host, tmp_path)
    assert host.asked == {"HEAD /x": 1}


async def test_ten_redirects_are_followed(tmp_path: Path) -> None:
    hops = {f"/{n}": status(302, Location=f"/{n + 1}") for n in range(10)}
    assert (await _answer(Host(hops), tmp_path, "/0")).state == State.ALIVE


async def test_eleven_redirects_are_too_many(tmp_path: Path) -> None:
    hops = {f"/{n}": status(302, Location=f"/{n + 1}") for n in range(11)}
    assert (await _answer(Host(hops), tmp_path, "/0")).state == State.DEAD


async def test_a_busy_host_is_left_alone_as_long_as_it_wants(tmp_path: Path) -> None:
    replies = iter([httpx2.Response(429, headers={"Retry-After": "7"}), httpx2.Response(503)])
    host = Host({"/x": lambda _: next(replies, httpx2.Response(200))})
    assert (await _answer(host, tmp_path)).state == State.ALIVE
    assert [seconds for seconds in host.slept if seconds] == [7.0, 2.0]


async def test_a_host_that_wants_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    host = Host({"/x": status(503, Retry_After="3600")})
    assert (await _answer(host, tmp_path)).state == State.UNKNOWN
    assert host.asked == {"HEAD /x": 1}


async def test_what_is_known_is_not_asked_again_for_a_day(tmp_path: Path) -> None:
    host, now = Host(), 1000.0
    for later, requests in ((0, 1), (86_000, 1), (90_000, 2)):
        cache = Cache(tmp_path / "links.json", lambda later=later: now + later)  # type: ignore[misc]
        await ask(["https://breakwater.dev/x"], cache, host.manners)
        cache.save()
        assert host.asked["HEAD /x"] == requests


async def test_a_damaged_cache_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "links.json").write_bytes(b'{"https://breakwater.dev/x": 3')
    assert (await _answer(Host(), tmp_path)).state == State.ALIVE


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "10.1.2.3", "localhost", "db", "grafana.internal", "169.254.1.1"]
)
def test_private_hosts_are_known(host: str) -> None:
    assert is_private(host)


def test_public_hosts_are_asked() -> None:
    assert not is_private("breakwater.dev")


async def test_findings_stand_at_the_links(tmp_path: Path) -> None:
    content = spoiled(text(), (('"gang_scheduling.md"', '"https://breakwater.dev/gone#x"'),))
    loaded = load(write(tmp_path, content), "PRODUCT.yaml")
    host = Host({"/gone": status(404), "/logo.svg": status(301, Location="/new.svg")})
    found = await online([loaded], Cache(tmp_path / "links.json"), host.manners)
    assert [(each.rule, each.severity, each.requirement) for each in found] == [
        ("link-moved", Severity.NOTE, ""),
        ("link-dead", Severity.ERROR, "gang_scheduling"),
    ]
    lines = content.splitlines()
    assert ["logo.svg" in lines[found[0].place.line - 1], "gone" in lines[found[1].place.line - 1]]
    assert [bool(each.official) for each in found] == [False, True]


async def test_a_file_of_the_folder_is_not_asked_for(tmp_path: Path) -> None:
    hosted = "https://github.com/cncf/k8s-ai-conformance/blob/main/v1.36/harbour/gang_scheduling.md"
    content = spoiled(text(), (('"gang_scheduling.md"', f'"{hosted}"'),))
    host = Host()
    await online([load(write(tmp_path, content))], Cache(tmp_path / "links.json"), host.manners)
    assert not [path for path in host.asked if path.endswith("gang_scheduling.md")]


class _Shop(BaseHTTPRequestHandler):
    """A host that hangs up on HEAD and has one large page."""

    def do_HEAD(self) -> None:
        self.close_connection = True

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/page" else 410)
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def test_a_real_host_is_asked_and_no_page_is_read(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        manners = Manners(private=True, pause=0)
        urls = [f"{root}/page", f"{root}/gone"]
        answers = await ask(urls, Cache(tmp_path / "links.json"), manners)
        server.shutdown()
    assert [answers[url].state for url in urls] == [State.ALIVE, State.DEAD]
