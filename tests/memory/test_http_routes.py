"""The HTTP twin reaches what has a route and nothing else."""

from __future__ import annotations

import pytest

from shared.memory.http import MemoryHttp
from shared.ports.http import HttpAnswer, HttpCall


def call(method: str, url: str) -> HttpCall:
    return HttpCall(method, url, {}, None, 1.0)


async def test_a_route_is_found_by_method_and_address_without_the_query() -> None:
    http = MemoryHttp({"GET http://m1:5050/state": lambda asked: HttpAnswer(200, {}, asked.url.encode())})

    answer = await http.send(call("GET", "http://m1:5050/state?jsonp=x"))

    assert answer.body == b"http://m1:5050/state?jsonp=x"
    with pytest.raises(ConnectionError, match="POST"):
        await http.send(call("POST", "http://m1:5050/state"))
    assert [sent.method for sent in http.calls] == ["GET", "POST"]


async def test_a_route_may_fail_like_a_network() -> None:
    def hang(asked: HttpCall) -> HttpAnswer:
        raise TimeoutError(f"no answer within {asked.timeout_s} s")

    http = MemoryHttp({"GET http://m1:5050/state": hang})

    with pytest.raises(TimeoutError):
        await http.send(call("GET", "http://m1:5050/state"))
