"""Answers of the query API, and a URL that is asked directly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from plimsoll.adapters.monitoring.address import parse
from plimsoll.adapters.monitoring.query import TOKEN, Endpoint, MonitoringError, samples
from tests.unit.adapters.monitoring import clusters

GOOD = (
    b'{"status":"success","data":{"resultType":"vector","result":['
    b'{"metric":{"pod":"a"},"value":[1700000000.1,"18"]},'
    b'{"metric":{"pod":"b"},"value":[1700000000.1,"NaN"]}]}}'
)


class Server(HTTPServer):
    status = 200
    body = GOOD
    tokens: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.tokens.append(self.headers.get("Authorization", ""))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        made.tokens = []
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join(5)


def endpoint(server: Server) -> Endpoint:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return Endpoint(clusters.nothing().cluster, parse(url))


async def test_numbers_are_read_and_no_numbers_left_out(server: Server) -> None:
    (only,) = await endpoint(server).query("x")
    assert (only.labels, only.value) == ({"pod": "a"}, 18.0)


async def test_the_token_of_the_environment_goes_along(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    await endpoint(server).query("x")
    monkeypatch.setenv(TOKEN, "abc")
    await endpoint(server).query("x")
    assert server.tokens == ["", "Bearer abc"]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, b"who are you", "did not answer \\(401\\): who are you"),
        (200, b"<html>", "the answer is not JSON"),
        (200, b'{"status":"error","error":"bad"}', "does not answer queries as Prometheus does"),
        (200, b"[]", "the answer is not JSON"),
        (200, b'{"status":"success","data":{"result":[[1,"2"]]}}', "does not answer queries"),
    ],
)
async def test_what_is_no_answer_is_said(
    server: Server, status: int, body: bytes, says: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(MonitoringError, match=says):
        await endpoint(server).query("x")


async def test_nobody_there(server: Server) -> None:
    there = endpoint(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(MonitoringError, match="did not answer"):
        await there.query("x")


def test_an_empty_answer_is_no_error() -> None:
    assert samples(clusters.ANSWER) == []
